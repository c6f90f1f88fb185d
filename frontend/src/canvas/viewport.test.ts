import { describe, expect, it } from 'vitest';

import type { Bounds } from '@/domain/geometry';
import {
  confine,
  confineScale,
  fill,
  fit,
  fitClear,
  insetsOf,
  NO_INSETS,
  reveal,
  toPlan,
  toScreen,
  uncover,
  type Viewport,
  zoomTo,
} from '@/canvas/viewport';

const plan = { bounds: { x: 100, y: 50, width: 200, height: 100 }, seatRadius: 10 };
const screen = { width: 400, height: 400 };

describe('viewport', () => {
  it('fits and centres the plan', () => {
    const viewport = fit(plan.bounds, screen);
    expect(toScreen(viewport, { x: 100, y: 50 })).toEqual({ x: 0, y: 100 });
    expect(toScreen(viewport, { x: 300, y: 150 })).toEqual({ x: 400, y: 300 });
  });

  it('keeps the anchor in place while zooming', () => {
    const before = fit(plan.bounds, screen);
    const finger = { x: 80, y: 160 };
    const after = zoomTo(before, 5, finger);
    expect(toPlan(after, finger)).toEqual(toPlan(before, finger));
  });

  it('limits the scale between the whole plan and the largest seats', () => {
    const fitted = fit(plan.bounds, screen);
    expect(confineScale(0.01, plan, fitted)).toBe(2);
    expect(confineScale(100, plan, fitted)).toBe(2.6);
  });

  it('keeps the plan on screen', () => {
    const far = { scale: 4, left: 9000, top: -9000 };
    const confined = confine(far, plan, screen);
    expect(toScreen(confined, { x: 100, y: 150 })).toEqual({ x: 0, y: 400 });
  });

  it('pans only as much as needed to reveal a point', () => {
    const viewport = { scale: 4, left: -400, top: -200 };
    expect(reveal(viewport, { x: 150, y: 75 }, screen, 50)).toEqual(viewport);
    const moved = reveal(viewport, { x: 300, y: 75 }, screen, 50);
    expect(toScreen(moved, { x: 300, y: 75 })).toEqual({ x: 350, y: 100 });
  });

  it('may leave the insets of the screen empty', () => {
    const insets = { ...NO_INSETS, bottom: 150, left: 60 };
    const raised = confine({ scale: 4, left: -400, top: -400 }, plan, screen, insets);
    expect(toScreen(raised, { x: 100, y: 150 }).y).toBe(250);
    const moved = confine({ scale: 4, left: 900, top: -200 }, plan, screen, insets);
    expect(toScreen(moved, { x: 100, y: 50 })).toEqual({ x: 60, y: 0 });
  });

  it('lets the whole plan be moved within the screen', () => {
    const fitted = fit(plan.bounds, screen);
    const lowered = { ...fitted, top: fitted.top + 70 };
    expect(confine(lowered, plan, screen)).toEqual(lowered);
    const lowest = confine({ ...fitted, top: 9000 }, plan, screen);
    expect(toScreen(lowest, { x: 100, y: 150 }).y).toBe(400);
  });

  it('fills the screen with a part of the plan, centred where it is smaller', () => {
    const filled = fill({ scale: 4, left: 900, top: 900 }, { ...plan.bounds, height: 50 }, screen);
    expect(toScreen(filled, { x: 100, y: 50 })).toEqual({ x: 0, y: 100 });
  });

  it('reveals a part of the plan, or its upper left corner', () => {
    const viewport = { scale: 4, left: -400, top: -200 };
    const part = { x: 180, y: 60, width: 20, height: 10 };
    const moved = reveal(viewport, part, screen, 50);
    expect(toScreen(moved, { x: 200, y: 70 }).x).toBe(350);
    const larger = reveal(viewport, { ...part, width: 400 }, screen, 50);
    expect(toScreen(larger, part).x).toBe(50);
  });

  describe('with controls over its corners', () => {
    const zoom = { x: 350, y: 0, width: 50, height: 130 };
    const minimap = { x: 0, y: 300, width: 150, height: 100 };
    const square = { x: 0, y: 0, width: 100, height: 100 };

    it('is fitted as large as possible where no seat is below them', () => {
      const upperRight = ({ x, y, width, height }: Bounds) =>
        x < 100 && x + width > 50 && y < 50 && y + height > 0;
      expect(fitClear(square, screen, [zoom], () => false)).toEqual(fit(square, screen));
      const beside = fitClear(square, screen, [zoom], upperRight);
      expect(beside.scale).toBe(3.5);
      expect(toScreen(beside, { x: 100, y: 0 }).x).toBe(350);
      const wide = { ...square, height: 30 };
      expect(fitClear(wide, screen, [zoom], upperRight)).toEqual(fit(wide, screen));
    });

    it('is fitted between all of them', () => {
      const everywhere = ({ x, y, width, height }: Bounds) =>
        x < 100 && y < 100 && x + width > 0 && y + height > 0;
      const between = fitClear(square, screen, [zoom, minimap], everywhere);
      expect(between.scale).toBe(3);
      expect(toScreen(between, { x: 100, y: 100 })).toEqual({ x: 350, y: 300 });
    });

    it('has insets where they are', () => {
      expect(insetsOf([zoom, minimap], screen)).toEqual({
        left: 150,
        top: 130,
        right: 50,
        bottom: 100,
      });
    });
  });

  describe('below something that lies over the map', () => {
    const viewport = { scale: 1, left: 0, top: 0 };
    const minimap = { x: 0, y: 300, width: 150, height: 100 };
    const anywhere = (moved: Viewport) => moved;

    it('is brought out the shortest way', () => {
      const moved = uncover(viewport, { x: 40, y: 320 }, [minimap], screen, anywhere);
      expect(toScreen(moved, { x: 40, y: 320 })).toEqual({ x: 40, y: 300 });
    });

    it('is brought out another way at the edge of the plan', () => {
      const notUp = (moved: Viewport) => ({ ...moved, top: Math.max(moved.top, 0) });
      const moved = uncover(viewport, { x: 40, y: 320 }, [minimap], screen, notUp);
      expect(toScreen(moved, { x: 40, y: 320 })).toEqual({ x: 150, y: 320 });
    });

    it('stays if there is no way, or no need', () => {
      const nowhere = () => viewport;
      expect(uncover(viewport, { x: 40, y: 320 }, [minimap], screen, nowhere)).toBe(viewport);
      expect(uncover(viewport, { x: 40, y: 200 }, [minimap], screen, anywhere)).toBe(viewport);
    });
  });
});
