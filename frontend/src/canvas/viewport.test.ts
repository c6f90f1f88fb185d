import { describe, expect, it } from 'vitest';

import {
  confine,
  confineScale,
  fit,
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
    expect(confineScale(0.01, plan, screen)).toBe(2);
    expect(confineScale(100, plan, screen)).toBe(2.6);
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

  it('leaves the covered lower edge empty if that shows more', () => {
    const raised = confine({ scale: 4, left: -400, top: -400 }, plan, screen, 150);
    expect(toScreen(raised, { x: 100, y: 150 }).y).toBe(250);
    const whole = confine({ scale: 2, left: -200, top: -900 }, plan, screen, 150);
    expect(toScreen(whole, { x: 100, y: 150 }).y).toBe(225);
    expect(confine(fit(plan.bounds, screen), plan, screen, 150)).toEqual(fit(plan.bounds, screen));
  });

  it('reveals a part of the plan, or its upper left corner', () => {
    const viewport = { scale: 4, left: -400, top: -200 };
    const part = { x: 180, y: 60, width: 20, height: 10 };
    const moved = reveal(viewport, part, screen, 50);
    expect(toScreen(moved, { x: 200, y: 70 }).x).toBe(350);
    const larger = reveal(viewport, { ...part, width: 400 }, screen, 50);
    expect(toScreen(larger, part).x).toBe(50);
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
