import { describe, expect, it } from 'vitest';

import { traceOutline } from '@/canvas/outline';
import type { Point } from '@/domain/geometry';

type Curve = readonly [from: Point, control1: Point, control2: Point, to: Point];

/** Trace an outline. Returns its curves, and how many of its sides are straight. */
function traced(points: readonly Point[]): { curves: Curve[]; straight: number } {
  const curves: Curve[] = [];
  let straight = 0;
  let at = { x: NaN, y: NaN };
  traceOutline(
    {
      moveTo: (x, y) => (at = { x, y }),
      lineTo: (x, y) => {
        at = { x, y };
        straight += 1;
      },
      bezierCurveTo: (x1, y1, x2, y2, x, y) => {
        curves.push([at, { x: x1, y: y1 }, { x: x2, y: y2 }, { x, y }]);
        at = { x, y };
      },
      closePath: () => undefined,
    },
    points,
  );
  return { curves, straight };
}

function middleOf([from, one, other, to]: Curve): Point {
  return {
    x: (from.x + 3 * one.x + 3 * other.x + to.x) / 8,
    y: (from.y + 3 * one.y + 3 * other.y + to.y) / 8,
  };
}

function arc(radius: number, fromDegrees: number, toDegrees: number, steps: number): Point[] {
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((fromDegrees + ((toDegrees - fromDegrees) * step) / steps) * Math.PI) / 180;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

describe('an outline', () => {
  it('has straight sides between corners', () => {
    const square = [0, 1, 2, 3].map((at) => ({ x: at % 3 === 0 ? 0 : 90, y: at < 2 ? 0 : 90 }));
    expect(traced(square)).toEqual({ curves: [], straight: 4 });
  });

  it('follows the arcs of a block of curved rows', () => {
    const block = [...arc(1_000, 0, 60, 6), ...arc(1_300, 60, 0, 6)];
    const { curves, straight } = traced(block);
    expect(straight).toBe(2);
    const radii = curves.map(middleOf).map(({ x, y }) => Math.hypot(x, y));
    expect(radii).toHaveLength(12);
    for (const radius of radii) {
      expect(Math.min(Math.abs(radius - 1_000), Math.abs(radius - 1_300))).toBeLessThan(0.1);
    }
  });

  it('keeps long straight sides next to an arc', () => {
    const stadium = [...arc(100, -90, 90, 18), { x: -900, y: 100 }, { x: -900, y: -100 }];
    const [long] = traced(stadium).curves.filter(([from, , , to]) => Math.abs(to.x - from.x) > 500);
    for (const { y } of long ?? []) expect(Math.abs(y)).toBeCloseTo(100);
  });

  it('ignores points in the same place', () => {
    const square = [0, 1, 1, 2, 3].map((at) => ({ x: at % 3 === 0 ? 0 : 90, y: at < 2 ? 0 : 90 }));
    expect(traced(square).straight).toBe(4);
  });
});
