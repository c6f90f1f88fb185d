import type { Miniature } from '@/api/types';
import type { Point } from '@/domain/geometry';

const HUNDREDTHS = 100;
/** `free` of a point all of whose seats are free. */
export const ALL_FREE = 9;

/** Some neighbouring seats, or one. */
export interface MiniaturePoint extends Point {
  readonly index: number;
  /** Of the category; null without one. */
  readonly color: string | null;
  /** 0: none, up to `ALL_FREE`. */
  readonly free: number;
}

export interface MiniatureHall {
  readonly plan: Miniature['plan'];
  readonly points: readonly MiniaturePoint[];
}

/** Decode a miniature. */
export function unpackMiniature({ plan, colors, xs, ys, color, free }: Miniature): MiniatureHall {
  let [x, y] = [0, 0];
  const points = xs.map((step, index) => {
    x += step;
    y += ys[index] ?? 0;
    const colorIndex = color[index] ?? null;
    return {
      index,
      x: x / HUNDREDTHS,
      y: y / HUNDREDTHS,
      color: colorIndex === null ? null : (colors[colorIndex] ?? null),
      free: free[index] ?? 0,
    };
  });
  return { plan, points };
}
