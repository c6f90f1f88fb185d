import { describe, expect, it } from 'vitest';

import { confine, confineScale, fit, reveal, toPlan, toScreen, zoomTo } from '@/canvas/viewport';

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
});
