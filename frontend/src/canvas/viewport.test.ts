import { describe, expect, it } from 'vitest';

import { confine, confineScale, fit, reveal, toPlan, toScreen, zoomTo } from '@/canvas/viewport';

const plan = { bounds: { x: 100, y: 50, width: 200, height: 100 }, seatRadius: 10 };
const screen = { width: 400, height: 400 };

describe('viewport', () => {
  it('fits all of the plan into the middle of the screen', () => {
    const viewport = fit(plan.bounds, screen);
    expect(toScreen(viewport, { x: 100, y: 50 })).toEqual({ x: 0, y: 100 });
    expect(toScreen(viewport, { x: 300, y: 150 })).toEqual({ x: 400, y: 300 });
  });

  it('keeps what is under the finger under the finger while zooming', () => {
    const before = fit(plan.bounds, screen);
    const finger = { x: 80, y: 160 };
    const after = zoomTo(before, 5, finger);
    expect(toPlan(after, finger)).toEqual(toPlan(before, finger));
  });

  it('zooms out no further than all of the plan, and in until seats are as large as a thumb', () => {
    expect(confineScale(0.01, plan, screen)).toBe(2);
    expect(confineScale(100, plan, screen)).toBe(2.6);
  });

  it('does not lose the plan off screen', () => {
    const far = { scale: 4, left: 9000, top: -9000 };
    const confined = confine(far, plan, screen);
    expect(toScreen(confined, { x: 100, y: 150 })).toEqual({ x: 0, y: 400 });
  });

  it('moves no more than it takes to reveal a point', () => {
    const viewport = { scale: 4, left: -400, top: -200 };
    expect(reveal(viewport, { x: 150, y: 75 }, screen, 50)).toEqual(viewport);
    const moved = reveal(viewport, { x: 300, y: 75 }, screen, 50);
    expect(toScreen(moved, { x: 300, y: 75 })).toEqual({ x: 350, y: 100 });
  });
});
