import { describe, expect, it } from 'vitest';

import type { Seat } from '@/api/types';
import { SeatGrid } from '@/canvas/seatGrid';
import type { DisplayStatus, MapSeat } from '@/domain/seatMap/seats';
import { tablesOf } from '@/domain/seatMap/tables';
import { seatMeant } from '@/features/seats/map/snapping';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';

const { plan } = makeEvent();
/** Seats are drawn with a radius of 4 px, 12 px apart. */
const SCALE = 0.4;

/** The seat that a click means, this many pixels right of the first of two seats in a row. */
function meant(
  dx: number,
  {
    statuses,
    isFinger = false,
    table = {},
  }: { statuses: [DisplayStatus, DisplayStatus]; isFinger?: boolean; table?: Partial<Seat> },
): string | null {
  const facts = statuses.map((_, index) => factsOf(makeSeat(index, table), index));
  const seats = statuses.map((status, index): MapSeat => ({
    facts: factsOf(makeSeat(index), index),
    status,
    until: null,
    holder: null,
    pending: false,
  }));
  const grid = new SeatGrid(facts, { x: 0, y: 0, width: 140, height: 80 });
  const [first] = facts;
  const point = { x: (first?.x ?? 0) + dx / SCALE, y: first?.y ?? 0 };
  const index = seatMeant(
    { grid, plan, tables: tablesOf(facts) },
    seats,
    point,
    { scale: SCALE },
    isFinger,
  );
  return index === null ? null : (facts[index]?.seatNumber ?? null);
}

it('means a table that is sold as a whole when it is on its top', () => {
  const table: Partial<Seat> = { group: 't1', sold_by: 'table' };
  expect(meant(6, { statuses: ['reserved', 'reserved'] })).toBeNull();
  expect(meant(6, { statuses: ['reserved', 'reserved'], table })).toBe('A1');
});

describe('a click between seats', () => {
  it('means the nearest free seat within 10 px', () => {
    expect(meant(5.9, { statuses: ['available', 'available'] })).toBe('A1');
    expect(meant(6.1, { statuses: ['available', 'available'] })).toBe('A2');
    expect(meant(-10, { statuses: ['available', 'available'] })).toBe('A1');
    expect(meant(-10.1, { statuses: ['available', 'available'] })).toBeNull();
  });

  it('means a free seat rather than a nearer taken one', () => {
    expect(meant(5, { statuses: ['reserved', 'available'] })).toBe('A2');
    expect(meant(5, { statuses: ['mine', 'available'] })).toBe('A2');
  });

  it('means a taken seat only close to it', () => {
    expect(meant(-4.3, { statuses: ['reserved', 'available'] })).toBe('A1');
    expect(meant(-4.5, { statuses: ['reserved', 'available'] })).toBeNull();
  });

  it('reaches farther with a finger', () => {
    expect(meant(-22, { statuses: ['available', 'available'], isFinger: true })).toBe('A1');
    expect(meant(-22.1, { statuses: ['available', 'available'], isFinger: true })).toBeNull();
  });
});

it.each([false, true])('a click on a taken seat means that seat, by finger: %s', (isFinger) => {
  expect(meant(3.9, { statuses: ['locked', 'available'], isFinger })).toBe('A1');
});
