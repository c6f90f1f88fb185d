import { describe, expect, it } from 'vitest';

import { areasOf, availabilityOf } from '@/canvas/areas';
import type { MapSeat, DisplayStatus } from '@/domain/seatMap/seats';
import { sectionsOf } from '@/domain/seatMap/sections';
import { factsOf, makeSeat } from '@/testing/factories';

const facts = ['Stalls', 'Stalls', 'Stalls', 'Circle', 'Circle', 'Circle'].map((section, index) =>
  factsOf(makeSeat(index, { section, price: index === 0 ? '100.00' : '20.00' }), index),
);
const areas = areasOf(sectionsOf(facts), 10);

function seats(...taken: readonly number[]): MapSeat[] {
  return facts.map((seat) => {
    const status: DisplayStatus = taken.includes(seat.index) ? 'reserved' : 'available';
    return { facts: seat, status, until: null, holder: null, pending: false };
  });
}

describe('availability by section', () => {
  it('has the number of free seats and their lowest price', () => {
    expect(availabilityOf(areas, seats(), null)).toMatchObject([
      { free: 3, priceFrom: '20.00' },
      { free: 3, priceFrom: '20.00' },
    ]);
    expect(availabilityOf(areas, seats(1, 2), null)[0]).toMatchObject({
      free: 1,
      priceFrom: '100.00',
    });
    expect(availabilityOf(areas, seats(0, 1, 2), null)[0]).toMatchObject({
      free: 0,
      priceFrom: null,
    });
  });

  it('keeps its identity where nothing was sold', () => {
    const [stalls, circle] = availabilityOf(areas, seats(), null);
    const after = availabilityOf(areas, seats(2), null);
    expect(after[0]).not.toBe(stalls);
    expect(after[1]).toBe(circle);
  });
});
