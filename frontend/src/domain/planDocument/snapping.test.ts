import { expect, it } from 'vitest';

import { snapLines, snapped } from '@/domain/planDocument/snapping';

const OTHERS = [
  { x: 0, y: 0, width: 100, height: 20 },
  { x: 0, y: 200, width: 40, height: 20 },
];
const lines = snapLines(OTHERS);

it('snaps to the nearest edge within reach, and shows why', () => {
  const snap = snapped({ x: 103, y: 50, width: 30, height: 10 }, lines, 5);
  expect(snap).toEqual({
    x: -3,
    y: 0,
    guides: [{ axis: 'x', at: 100, from: 0, to: 60 }],
  });
});

it('snaps middles to middles', () => {
  expect(snapped({ x: 36, y: 100, width: 30, height: 10 }, lines, 5).x).toBe(-1);
});

it('does not move what is out of reach', () => {
  expect(snapped({ x: 150, y: 100, width: 30, height: 10 }, lines, 5)).toEqual({
    x: 0,
    y: 0,
    guides: [],
  });
});
