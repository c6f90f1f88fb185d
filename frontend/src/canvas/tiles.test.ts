import { expect, it } from 'vitest';

import { Tiles } from '@/canvas/tiles';
import { FakeSurfaces } from '@/testing/fakeSurface';

const SIZE = { width: 900, height: 600 };
const FAR = { scale: 0.2, left: 0, top: 0 };
const NEAR = { scale: 0.5, left: -300, top: -200 };

/** Draw at both scales. Returns the scale of each visible copy. */
function shownAfter(budgetMs: number) {
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
  const isDone = tiles.draw(screen, NEAR, SIZE, false, budgetMs);
  return { isDone, shown: new Set(surfaces.copies.map(({ from }) => scales.get(from))) };
}

it('shows nothing of another scale where a tile was redrawn', () => {
  expect(shownAfter(Infinity)).toEqual({ isDone: true, shown: new Set([NEAR.scale]) });
});

it('shows tiles of another scale where none was redrawn', () => {
  expect(shownAfter(1)).toEqual({ isDone: false, shown: new Set([FAR.scale, NEAR.scale]) });
});
