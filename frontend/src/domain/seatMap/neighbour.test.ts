import { describe, expect, it } from 'vitest';

import { type Direction, mostNearlyAhead, neighbour } from '@/domain/seatMap/neighbour';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { factsOf, makeSeat } from '@/testing/factories';

describe('neighbour', () => {
  it('moves on a plain grid', () => {
    const seats = hall([
      ['A', 1, 0, 0],
      ['A', 2, 30, 0],
      ['B', 1, 0, 30],
      ['B', 2, 30, 30],
    ]);
    expect(walk(seats, 'A1', ['right', 'down', 'left', 'up'])).toEqual(['A2', 'B2', 'B1', 'A1']);
  });

  it('stays at the edge', () => {
    const seats = hall([
      ['A', 1, 0, 0],
      ['A', 2, 30, 0],
    ]);
    expect(walk(seats, 'A1', ['left', 'up', 'down'])).toEqual([null, null, null]);
  });

  it('crosses an aisle rather than changing the row', () => {
    const seats = hall([
      ['A', 1, 0, 0],
      ['A', 2, 90, 0],
      ['B', 1, 25, 25],
    ]);
    expect(walk(seats, 'A1', ['right'])).toEqual(['A2']);
  });

  it('follows a curved row', () => {
    const seats = hall([
      ['A', 1, 0, 0],
      ['A', 2, 25, 18],
      ['A', 3, 55, 24],
      ['B', 1, 27, -12],
    ]);
    expect(walk(seats, 'A1', ['right', 'right', 'left'])).toEqual(['A2', 'A3', 'A2']);
  });

  it('finds the seat most nearly ahead in staggered rows', () => {
    const seats = hall([
      ['A', 1, 0, 0],
      ['B', 1, -14, 30],
      ['B', 2, 12, 30],
      ['C', 1, 0, 60],
    ]);
    expect(walk(seats, 'A1', ['down'])).toEqual(['B2']);
  });

  it('continues beyond the end of a row', () => {
    const seats = hall([
      ['A', 1, 0, 0],
      ['Box', 1, 80, 5],
    ]);
    expect(walk(seats, 'A1', ['right'])).toEqual(['Box1']);
  });
});

describe('sections around a pitch', () => {
  const TIERS = [100, 160] as const;
  const sections = TIERS.flatMap((radius, tier) =>
    Array.from({ length: 24 }, (_, place) => ({
      tier,
      place,
      x: 1.4 * radius * Math.cos((place * Math.PI) / 12),
      y: radius * Math.sin((place * Math.PI) / 12),
    })),
  );
  const go = (place: number, tier: number, direction: Direction) => {
    const from = sections.find((one) => one.place === place && one.tier === tier);
    const to = from && mostNearlyAhead(sections, from, direction);
    return to == null ? null : [to.place, to.tier];
  };

  it('follow one another by place, not by number', () => {
    expect(go(18, 0, 'right')).toEqual([19, 0]);
    expect(go(18, 0, 'left')).toEqual([17, 0]);
    expect(go(18, 0, 'up')).toEqual([18, 1]);
    expect(go(18, 0, 'down')).toEqual([6, 0]);
    expect(go(18, 1, 'up')).toBeNull();
  });

  it('can all be reached', () => {
    const reached = new Set(sections.slice(0, 1));
    for (const from of reached) {
      for (const direction of ['left', 'right', 'up', 'down'] as const) {
        const to = mostNearlyAhead(sections, from, direction);
        if (to !== null) reached.add(to);
      }
    }
    expect(reached.size).toBe(sections.length);
  });
});

function hall(seats: readonly (readonly [string, number, number, number])[]): SeatFacts[] {
  return seats.map(([row, number, x, y], index) =>
    factsOf(
      makeSeat(index, { seat_number: `${row}${number}`, row, number: String(number), x, y }),
      index,
    ),
  );
}

function walk(
  seats: readonly SeatFacts[],
  start: string,
  directions: readonly Direction[],
): (string | null)[] {
  let from = seats.find(({ seatNumber }) => seatNumber === start);
  return directions.map((direction) => {
    const next = from === undefined ? null : neighbour(seats, from, direction);
    from = next ?? from;
    return next?.seatNumber ?? null;
  });
}
