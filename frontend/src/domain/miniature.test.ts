import { expect, it } from 'vitest';

import { unpackMiniature } from '@/domain/miniature';

it('restores the points of a miniature', () => {
  const plan = { width: 9, height: 8, seat_radius: 7, shapes: [] };
  const packed = {
    plan,
    colors: ['#111111', '#222222'],
    xs: [100, 50, -150],
    ys: [0, 0, 25],
    color: [1, 0, null],
    free: [0, 4, 9],
  };
  expect(unpackMiniature(packed)).toEqual({
    plan,
    points: [
      { index: 0, x: 1, y: 0, color: '#222222', free: 0 },
      { index: 1, x: 1.5, y: 0, color: '#111111', free: 4 },
      { index: 2, x: 0, y: 0.25, color: null, free: 9 },
    ],
  });
});
