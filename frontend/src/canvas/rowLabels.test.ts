import { expect, it } from 'vitest';

import { planExtent } from '@/canvas/planExtent';
import { rowLabelsOf } from '@/canvas/rowLabels';
import { SeatGrid } from '@/canvas/seatGrid';
import type { Point } from '@/domain/geometry';
import { sectionsOf } from '@/domain/seatMap/sections';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';

const RADIUS = 10;

/** The labels of rows of seats at these points, by the rows' names. */
function labelsOf(rows: Readonly<Record<string, readonly Point[]>>) {
  const seats = Object.entries(rows).flatMap(([row, points]) =>
    points.map((point, place) => ({ row, number: String(place + 1), ...point })),
  );
  const facts = seats.map((seat, index) =>
    factsOf(makeSeat(index, { ...seat, seat_number: `S${index}` }), index),
  );
  const grid = new SeatGrid(facts, planExtent(makeEvent().plan, facts).bounds);
  return rowLabelsOf(sectionsOf(facts), [], grid, RADIUS);
}

function line(from: Point, step: Point, count: number): Point[] {
  return Array.from({ length: count }, (_, at) => ({
    x: from.x + at * step.x,
    y: from.y + at * step.y,
  }));
}

it('names a row beside both of its ends', () => {
  expect(labelsOf({ A: line({ x: 100, y: 50 }, { x: 25, y: 0 }, 4) })).toEqual([
    { text: 'A', x: 79, y: 50 },
    { text: 'A', x: 196, y: 50 },
  ]);
});

it('keeps a long name off the seats, whichever way the row runs', () => {
  for (const degrees of [0, 30, 45, 90, 135]) {
    const angle = (degrees * Math.PI) / 180;
    const step = { x: 25 * Math.cos(angle), y: 25 * Math.sin(angle) };
    const seats = line({ x: 300, y: 300 }, step, 6);
    const labels = labelsOf({ 'Balcony A': seats });
    expect(labels).toHaveLength(2);
    for (const { x, y, text } of labels) {
      const half = { x: 0.31 * RADIUS * text.length, y: RADIUS / 2 };
      for (const seat of seats) {
        const beside = Math.abs(seat.x - x) - half.x;
        const above = Math.abs(seat.y - y) - half.y;
        expect(Math.max(beside, above)).toBeGreaterThan(0.7 * RADIUS);
      }
    }
  }
});

it('names no end where another seat is in the way of the name', () => {
  const rows = {
    'Balcony A': line({ x: 100, y: 50 }, { x: 25, y: 0 }, 4),
    B: line({ x: 245, y: 50 }, { x: 25, y: 0 }, 4),
  };
  expect(labelsOf(rows).map(({ text, x }) => [text, Math.sign(x - 200)])).toEqual([
    ['Balcony A', -1],
    ['B', 1],
    ['B', 1],
  ]);
});
