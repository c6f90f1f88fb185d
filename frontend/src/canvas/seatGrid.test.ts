import { expect, it } from 'vitest';

import { planExtent } from '@/canvas/planExtent';
import { SeatGrid } from '@/canvas/seatGrid';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';

/** Deterministic pseudo-random numbers in [0, 1). */
function scatter(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const random = scatter(7);
const facts = Array.from({ length: 700 }, (_, index) =>
  factsOf(makeSeat(index, { x: 900 * random(), y: 300 * random() ** 2 }), index),
);
const grid = new SeatGrid(facts, planExtent(makeEvent().plan, facts).bounds);

it('finds exactly the seats within bounds', () => {
  for (let round = 0; round < 200; round++) {
    const box = {
      x: 1_000 * random() - 50,
      y: 400 * random() - 50,
      width: 400 * random(),
      height: 200 * random(),
    };
    const wanted = facts
      .filter(({ x, y }) => x >= box.x && x <= box.x + box.width && y >= box.y)
      .filter(({ y }) => y <= box.y + box.height)
      .map(({ index }) => index);
    expect(grid.within(box).sort((a, b) => a - b)).toEqual(wanted);
  }
});

it('finds the nearest seat within reach', () => {
  for (let round = 0; round < 200; round++) {
    const point = { x: 1_000 * random() - 50, y: 400 * random() - 50 };
    const reach = 60 * random();
    const away = facts.map(({ x, y }) => Math.hypot(x - point.x, y - point.y));
    const least = Math.min(...away);
    const found = grid.nearest(point, reach);
    expect(found === null ? null : away[found]).toBe(least <= reach ? least : null);
  }
});

it('handles seats in one place, and no seats', () => {
  const spot = [0, 1].map((index) => factsOf(makeSeat(index, { x: 5, y: 5 }), index));
  const point = { x: 5, y: 5, width: 0, height: 0 };
  expect(new SeatGrid(spot, point).within(point)).toEqual([0, 1]);
  expect(new SeatGrid([], point).nearest(point, 10)).toBeNull();
});
