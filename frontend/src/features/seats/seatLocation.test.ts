import { describe, expect, it } from 'vitest';

import { rowName, seatLocation, seatName } from '@/features/seats/seatLocation';
import { factsOf, makeSeat } from '@/testing/factories';

function place(seat: Parameters<typeof makeSeat>[1]) {
  return seatLocation(factsOf(makeSeat(0, seat), 0), []);
}

describe("a seat's location", () => {
  it("omits what the seat's number contains", () => {
    expect(place({ seat_number: 'A1', section: 'Stalls', row: 'A', number: '1' })).toBe('Stalls');
    expect(place({ seat_number: 'Stalls F14', row: 'F', number: '14' })).toBe('');
    const seat = { seat_number: 'Hall Table 4, Chair 2', section: 'Hall', row: 'Table 4' };
    expect(place(seat)).toBe('');
    expect(place({ ...seat, seat_number: 'Table 4, Chair 2' })).toBe('Hall');
  });

  it('begins with the floor if there are several', () => {
    const facts = factsOf(makeSeat(0, { seat_number: 'A1', row: 'A', number: '1' }), 0);
    const upstairs = { ...facts, floor: 'First floor' };
    expect(seatLocation(upstairs, [])).toBe('First floor · Stalls');
    expect(seatName(upstairs)).toBe('First floor, Stalls, row A, seat 1');
  });

  it('names the row if the number does not', () => {
    expect(place({ seat_number: '117', row: 'F', number: '117' })).toBe('Stalls · Row F');
  });

  it('uses a row name of several words as it is', () => {
    expect(rowName('4')).toBe('Row 4');
    expect(rowName('Table 4')).toBe('Table 4');
  });
});
