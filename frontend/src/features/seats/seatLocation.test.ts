import { describe, expect, it } from 'vitest';

import { seatName } from '@/domain/seatMap/seatNames';
import { rowName, seatDetails } from '@/features/seats/seatLocation';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';

function detailsOf(seat: Parameters<typeof makeSeat>[1]) {
  return seatDetails(factsOf(makeSeat(0, seat), 0), makeEvent().categories);
}

describe("a seat's name and details", () => {
  it('tell the floor if there are several, the section, the row and the number', () => {
    const facts = factsOf(makeSeat(0, { seat_number: 'A1', row: 'A', number: '1' }), 0);
    expect(seatName({ ...facts, floor: 'First floor' })).toBe('First floor, Stalls, row A, seat 1');
  });

  it('tell the category unless the section has its name, and the features', () => {
    expect(detailsOf({ section: 'Stalls' })).toBe('');
    expect(detailsOf({ section: 'Circle' })).toBe('Stalls');
    expect(detailsOf({ section: 'Circle', features: ['aisle'], note: 'Behind a pillar' })).toBe(
      'Stalls · on the aisle · Behind a pillar',
    );
  });

  it('uses a row name of several words as it is', () => {
    expect(rowName('4')).toBe('Row 4');
    expect(rowName('Table 4')).toBe('Table 4');
  });
});
