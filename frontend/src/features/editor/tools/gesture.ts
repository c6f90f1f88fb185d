import type { Point } from '@/domain/geometry';

/** Where the pointer is. */
export interface PointerAt {
  /** In the plan. */
  readonly point: Point;
  /** In CSS pixels of the stage. */
  readonly screen: Point;
  readonly isShift: boolean;
  /** Turns snapping off. */
  readonly isAlt: boolean;
  readonly isTouch: boolean;
}

/** What happens between pressing and releasing a button. */
export interface Gesture {
  readonly move: (at: PointerAt) => void;
  readonly end: (at: PointerAt) => void;
  /** Another gesture takes over, or Escape was pressed: nothing has happened. */
  readonly cancel: () => void;
}

/** In CSS pixels: a shorter way is a click. */
export const CLICK_PX = 4;

export function isClick(from: PointerAt, to: PointerAt): boolean {
  const [dx, dy] = [to.screen.x - from.screen.x, to.screen.y - from.screen.y];
  return Math.hypot(dx, dy) < CLICK_PX;
}
