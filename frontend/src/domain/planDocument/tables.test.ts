import { expect, test } from 'vitest';

import { chairsAround, tablesIn } from '@/domain/planDocument/tables';

const ROUND = { shape: 'round', chairs: 6, sold: 'whole' } as const;
const RADIUS = 10;

test('a rectangle fills with tables that reach its edges and do not touch', () => {
  const centers = tablesIn({ x: 600, y: 300 }, { x: 0, y: 0 }, ROUND, RADIUS);
  const chairs = centers.map((center) => chairsAround(center, ROUND, RADIUS));
  const xs = chairs.flat().map(({ x }) => x);
  const ys = chairs.flat().map(({ y }) => y);
  expect(centers).toHaveLength(5 * 2);
  expect(Math.min(...ys) - RADIUS).toBeCloseTo(0);
  expect(Math.max(...ys) + RADIUS).toBeCloseTo(300);
  expect(Math.min(...xs)).toBeGreaterThanOrEqual(RADIUS - 1e-9);
  expect(Math.max(...xs)).toBeLessThanOrEqual(600 - RADIUS + 1e-9);
  for (const [place, own] of chairs.entries()) {
    for (const other of chairs.slice(place + 1).flat()) {
      for (const one of own) {
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(2 * RADIUS);
      }
    }
  }
});

test('a rectangle too small for a table has one in its middle', () => {
  expect(tablesIn({ x: 10, y: 10 }, { x: 20, y: 30 }, ROUND, RADIUS)).toEqual([{ x: 15, y: 20 }]);
});
