import { describe, expect, it } from 'vitest';

import { rowName, seatLocation } from '@/features/seats/seatLocation';
import { factsOf, makeSeat } from '@/testing/factories';

function place(seat: Parameters<typeof makeSeat>[1]) {
  return seatLocation(factsOf(makeSeat(0, seat), 0), []);
}

describe("a seat's location", () => {
  it('is its section and row', () => {
    expect(place({ seat_number: 'A1', section: 'Stalls', row: 'A' })).toBe('Stalls · Row A');
  });

  it("omits what the seat's number contains", () => {
    const seat = { seat_number: 'Hall Table 4, Chair 2', section: 'Hall', row: 'Table 4' };
    expect(place(seat)).toBe('');
    expect(place({ ...seat, seat_number: 'Table 4, Chair 2' })).toBe('Hall');
  });

  it('uses a row name of several words as it is', () => {
    expect(rowName('4')).toBe('Row 4');
    expect(rowName('Table 4')).toBe('Table 4');
  });
});
