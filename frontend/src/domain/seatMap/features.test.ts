import { expect, it } from 'vitest';

import { meets, wishesAmong } from '@/domain/seatMap/features';
import { factsOf, makeSeat } from '@/testing/factories';

const plain = factsOf(makeSeat(0), 0);
const accessible = factsOf(makeSeat(1, { features: ['accessible', 'aisle'] }), 1);
const companion = factsOf(makeSeat(2, { companion_of: 101 }), 2);
const restricted = factsOf(makeSeat(3, { features: ['restricted_view'] }), 3);

it.each([
  [[], [true, true, true, true]],
  [['accessible'], [false, true, true, false]],
  [['aisle'], [false, true, false, false]],
  [['full_view'], [true, true, true, false]],
  [
    ['accessible', 'aisle'],
    [false, true, false, false],
  ],
] as const)('finds the seats that meet %j', (wishes, met) => {
  const seats = [plain, accessible, companion, restricted];
  expect(seats.map((facts) => meets(facts, wishes))).toEqual(met);
});

it('offers the wishes by which seats differ', () => {
  expect(wishesAmong([plain, companion])).toEqual([]);
  expect(wishesAmong([plain, restricted])).toEqual(['full_view']);
  expect(wishesAmong([plain, accessible])).toEqual(['accessible', 'aisle']);
});
