import { expect, it } from 'vitest';

import { soldApart, tablesOf, withTables } from '@/domain/seatMap/tables';
import { factsOf, makeSeat } from '@/testing/factories';

const [alone, one, other, byTheSeat] = [
  makeSeat(0),
  makeSeat(1, { group: 't1', sold_by: 'table', x: 0, y: 0 }),
  makeSeat(2, { group: 't1', sold_by: 'table', x: 40, y: 0 }),
  makeSeat(3, { group: 't2' }),
].map(factsOf) as [never, never, never, never];
const all = [alone, one, other, byTheSeat];

it('adds the other seats of a table that is sold as a whole', () => {
  expect(withTables([other], all)).toEqual([one, other]);
  expect(withTables([one, other, alone], all)).toEqual([alone, one, other]);
});

it('adds nothing to seats that are sold by themselves', () => {
  expect(withTables([alone, byTheSeat], all)).toEqual([alone, byTheSeat]);
});

it('sells a table at once, and other seats one by one', () => {
  expect(soldApart(all, (facts) => facts)).toEqual([[alone], [one, other], [byTheSeat]]);
});

it('knows the top of a table that is sold as a whole', () => {
  expect(tablesOf(all)).toEqual([{ index: 1, top: { x: 20, y: 0, radius: 20 } }]);
});
