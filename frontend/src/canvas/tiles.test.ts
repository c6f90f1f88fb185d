import { expect, it } from 'vitest';

import { Tiles } from '@/canvas/tiles';
import { FakeSurfaces } from '@/testing/fakeSurface';

const SIZE = { width: 900, height: 600 };
const FAR = { scale: 0.2, left: 0, top: 0 };
const NEAR = { scale: 0.5, left: -300, top: -200 };
const VERY_NEAR = { scale: 2, left: -3_000, top: -2_000 };

/** Draw far away, then nearer. Returns the scale of each visible copy. */
function shownAfter(budgetMs: number, near = NEAR) {
  const surfaces = new FakeSurfaces();
  const screen = surfaces.create(SIZE.width, SIZE.height);
  const scales = new Map<object, number>();
  let nowMs = 0;
  const tiles = new Tiles(
    ({ canvas }, { scale }) => {
      scales.set(canvas, scale);
    },
    surfaces.create,
    () => (nowMs += 1),
  );
  tiles.draw(screen, FAR, SIZE, false, Infinity);
  surfaces.copies.length = 0;
  const { isComplete } = tiles.draw(screen, near, SIZE, false, budgetMs);
  return { isComplete, shown: new Set(surfaces.copies.map(({ from }) => scales.get(from))) };
}

it('shows nothing of another scale where a tile was redrawn', () => {
  expect(shownAfter(Infinity)).toEqual({ isComplete: true, shown: new Set([NEAR.scale]) });
});

it('shows tiles of another scale where none was redrawn', () => {
  expect(shownAfter(1)).toEqual({ isComplete: false, shown: new Set([FAR.scale, NEAR.scale]) });
});

it('draws everything at once after a jump, and shows no blurred tiles', () => {
  expect(shownAfter(1, VERY_NEAR)).toEqual({ isComplete: true, shown: new Set([VERY_NEAR.scale]) });
});

it('redraws a large part tile by tile, each with only what is on it', () => {
  const surfaces = new FakeSurfaces();
  const screen = surfaces.create(SIZE.width, SIZE.height);
  const boxes: { readonly x: number; readonly width: number }[] = [];
  const tiles = new Tiles(
    (_context, _at, box) => {
      boxes.push(box);
    },
    surfaces.create,
    () => 0,
  );
  tiles.draw(screen, { scale: 0.5, left: 0, top: 0 }, SIZE, false, Infinity);
  boxes.length = 0;
  tiles.repaint({ x: 100, y: 100, width: 1_500, height: 10 }, () => true);
  // A tile is 1,024 units wide; a pixel more is redrawn at the edges.
  expect(boxes.map(({ x, width }) => [x, x + width])).toEqual([
    [98, 1_024],
    [1_024, 1_602],
  ]);
});
