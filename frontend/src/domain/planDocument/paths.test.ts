import { expect, it } from 'vitest';

import { distance } from '@/domain/geometry';
import { alongPath, arcLength, blockPoints, onArc, seatsOn } from '@/domain/planDocument/paths';

const [LEFT, RIGHT] = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
];

function gaps(points: readonly { x: number; y: number }[]): number[] {
  return points.slice(1).map((point, place) => distance(points[place] ?? point, point));
}

it('bends a row’s middle down, and keeps its ends', () => {
  const points = onArc(LEFT, RIGHT, 180, 3);
  expect(points.map(({ x, y }) => [Math.round(x), Math.round(y)])).toEqual([
    [0, 0],
    [50, 50],
    [100, 0],
  ]);
  expect(arcLength(LEFT, RIGHT, 180)).toBeCloseTo(50 * Math.PI);
});

it.each([-120, 30, 300])('spaces the seats of an arc of %s degrees evenly', (bend) => {
  const [first = 0, ...others] = gaps(onArc(LEFT, RIGHT, bend, 12));
  for (const gap of others) expect(gap).toBeCloseTo(first);
});

it('leads a row around a corner with equal steps', () => {
  const corner = [LEFT, RIGHT, { x: 100, y: 60 }];
  const points = alongPath(corner, 9);
  expect(points.map(({ x, y }) => [x, y])).toEqual([
    [0, 0],
    [20, 0],
    [40, 0],
    [60, 0],
    [80, 0],
    [100, 0],
    [100, 20],
    [100, 40],
    [100, 60],
  ]);
});

it('passes several corners between two seats', () => {
  const zigzag = [LEFT, { x: 1, y: 0 }, { x: 1, y: 1 }, { x: 2, y: 1 }, { x: 98, y: 1 }];
  expect(alongPath(zigzag, 2)).toEqual([LEFT, { x: 98, y: 1 }]);
});

it('fits as many seats as there is room for', () => {
  expect([seatsOn(0, 25), seatsOn(24, 25), seatsOn(25, 25), seatsOn(99.9999, 25)]).toEqual([
    1, 1, 2, 5,
  ]);
});

it('lays curved rows around a common centre, with equal spacing in each', () => {
  const block = { middle: LEFT, rows: 5, seats: 11, seatSpacing: 25, rowSpacing: 30, growth: 2 };
  const rows = blockPoints({ ...block, bend: 60 });
  expect(rows.map(({ length }) => length)).toEqual([11, 13, 15, 17, 19]);
  const radius = (10 * 25) / (Math.PI / 3);
  rows.forEach((row, place) => {
    for (const seat of row) {
      expect(distance(seat, { x: 0, y: -radius })).toBeCloseTo(radius + 30 * place);
    }
    const [first = 0, ...others] = gaps(row);
    for (const gap of others) expect(gap).toBeCloseTo(first);
  });
});
