import { expect, it } from 'vitest';

import { seatList, seatName, seatNames } from '@/domain/seatMap/seatNames';
import { factsOf, makeSeat } from '@/testing/factories';

const seat = (number: string, row = 'R') =>
  factsOf(makeSeat(0, { row, number, seat_number: `Stalls ${row}${number}` }), 0);
const place = factsOf(
  makeSeat(0, { section: 'Floor', row: '', number: '123', sold_by: 'number' }),
  0,
);

it('names seats as their tickets do, those of a row together', () => {
  expect(seatName(seat('17'))).toBe('Stalls, row R, seat 17');
  expect(seatList([seat('17'), seat('18')])).toEqual({
    count: 2,
    list: 'Stalls, row R, seats 17, 18',
  });
  expect(seatNames([seat('17'), seat('1', 'S')])).toBe(
    'Stalls, row R, seat 17; Stalls, row S, seat 1',
  );
});

it('gives a standing place no number', () => {
  expect(seatName(place)).toBe('Floor, standing place');
});
