import { expect, it } from 'vitest';

import { unpackLayout } from '@/domain/seatMap/unpackLayout';
import { factsOf, makeSeat, packed } from '@/testing/factories';

it('unpacks what was packed', () => {
  const seats = [
    makeSeat(0),
    makeSeat(1, { price: '80.00', category: null }),
    makeSeat(3, { features: ['accessible', 'aisle'], note: 'Ramp at door 2' }),
    makeSeat(4, { features: ['restricted_view'], companion_of: 102 }),
    makeSeat(2, { id: 7, section: 'Circle', seat_number: 'Circle A3', x: -3.25, y: 12.5 }),
  ];
  expect(unpackLayout(packed(seats))).toEqual(seats.map(factsOf));
});
