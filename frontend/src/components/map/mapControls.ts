import { prefersReducedMotion } from '@/browser/motion';
import {
  confine,
  confineScale,
  fill,
  fit,
  type Insets,
  pan,
  type PlanExtent,
  reveal,
  toScreen,
  uncover,
  type Viewport,
  zoomTo,
} from '@/canvas/viewport';
import type { Bounds, Point, Size } from '@/domain/geometry';

export interface View {
  readonly viewport: Viewport;
  readonly extent: PlanExtent;
  readonly screen: Size;
  /** The whole plan. */
  readonly fitted: Viewport;
  /** Of the screen; what lies over them can be avoided. */
  readonly insets: Insets;
}

const ANIMATION_MS = 220;
const REVEAL_MARGIN_PX = 56;

/** Moves the viewport, immediately or animated, within the plan. */
export class MapControls {
  readonly #show: (viewport: Viewport | null) => void;
  #view: View | null = null;
  #animation = 0;

  /** `show` receives the viewport to draw, or null for the whole plan. */
  constructor(show: (viewport: Viewport | null) => void) {
    this.#show = show;
  }

  /** Set the drawn view, from which the next move starts. */
  setView(view: View | null): void {
    this.#view = view;
  }

  dragBy(dx: number, dy: number): void {
    this.#moveTo(({ viewport }) => pan(viewport, dx, dy));
  }

  zoomBy(factor: number, anchor: Point): void {
    this.#moveTo((view) => scaledBy(view, factor, anchor));
  }

  /**
   * Pan to a plan point, zooming in until seats have at least this radius. `covers` lie over the
   * map, in screen coordinates; the point will not be below them.
   */
  reveal(planPoint: Point, minRadiusPx: number, covers: readonly Bounds[] = []): void {
    this.#moveTo((view) => revealed(view, planPoint, minRadiusPx, covers));
  }

  /** Fit a part of the plan to the screen like `animateTo`, with this seat in it revealed. */
  animateToSeat(
    part: Bounds,
    seat: Point,
    minRadiusPx: number,
    covers: readonly Bounds[] = [],
  ): void {
    this.#animate((view) =>
      revealed({ ...view, viewport: showing(view, part, minRadiusPx) }, seat, minRadiusPx, covers),
    );
  }

  animateZoomBy(factor: number): void {
    this.#animate((view) => {
      const { width, height } = view.screen;
      return scaledBy(view, factor, { x: width / 2, y: height / 2 });
    });
  }

  /** Zoom until seats have this radius. */
  animateZoomToSeats(radiusPx: number, anchor: Point): void {
    this.#animate((view) =>
      scaledBy(view, radiusPx / view.extent.seatRadius / view.viewport.scale, anchor),
    );
  }

  /**
   * Fit a part of the plan to the screen. If its seats would be smaller than `minRadiusPx`, zoom
   * to that size around the screen point `anchor`, and fill the screen with the part.
   */
  animateTo(part: Bounds, minRadiusPx: number, anchor?: Point): void {
    this.#animate((view) => showing(view, part, minRadiusPx, anchor));
  }

  centerOn({ x, y }: Point): void {
    this.#moveTo(({ viewport, screen }) =>
      centredOn({ x, y, width: 0, height: 0 }, viewport.scale, screen),
    );
  }

  showAll(): void {
    cancelAnimationFrame(this.#animation);
    this.#show(null);
  }

  #moveTo(target: (view: View) => Viewport): void {
    if (this.#view === null) return;
    cancelAnimationFrame(this.#animation);
    const viewport = confined(this.#view, target(this.#view));
    // Several moves may happen before the next draw, each relative to the last.
    this.#view = { ...this.#view, viewport };
    this.#show(viewport);
  }

  #animate(target: (view: View) => Viewport): void {
    if (this.#view === null) return;
    const start = this.#view.viewport;
    const end = confined(this.#view, target(this.#view));
    if (isSame(start, end)) return;
    if (prefersReducedMotion()) {
      this.#moveTo(() => end);
      return;
    }
    cancelAnimationFrame(this.#animation);
    const startedAt = performance.now();
    const step = (now: number) => {
      const share = Math.min(Math.max((now - startedAt) / ANIMATION_MS, 0), 1);
      this.#show(between(start, end, 1 - (1 - share) ** 3));
      if (share < 1) this.#animation = requestAnimationFrame(step);
    };
    this.#animation = requestAnimationFrame(step);
  }
}

function isSame(one: Viewport, other: Viewport): boolean {
  return one.scale === other.scale && one.left === other.left && one.top === other.top;
}

/** Zooming out ends at the whole plan. */
function scaledBy({ viewport, extent, fitted }: View, factor: number, anchor: Point): Viewport {
  const scale = confineScale(viewport.scale * factor, extent, fitted);
  return factor < 1 && scale === fitted.scale ? fitted : zoomTo(viewport, scale, anchor);
}

function centredOn({ x, y, width, height }: Bounds, scale: number, screen: Size): Viewport {
  return {
    scale,
    left: screen.width / 2 - (x + width / 2) * scale,
    top: screen.height / 2 - (y + height / 2) * scale,
  };
}

function confined({ extent, screen, insets }: View, viewport: Viewport): Viewport {
  return confine(viewport, extent, screen, insets);
}

function revealed(
  view: View,
  planPoint: Point,
  minRadiusPx: number,
  covers: readonly Bounds[],
): Viewport {
  const { viewport, extent, screen } = view;
  const factor = minRadiusPx / extent.seatRadius / viewport.scale;
  const near = factor > 1 ? scaledBy(view, factor, toScreen(viewport, planPoint)) : viewport;
  const shown = confined(view, reveal(near, planPoint, screen, REVEAL_MARGIN_PX));
  return uncover(shown, planPoint, covers, screen, (moved) => confined(view, moved));
}

function showing(view: View, part: Bounds, minRadiusPx: number, anchor?: Point): Viewport {
  const { viewport, extent, screen, fitted } = view;
  const whole = fit(part, screen);
  const minScale = minRadiusPx / extent.seatRadius;
  if (whole.scale >= minScale) {
    const scale = confineScale(whole.scale, extent, fitted);
    return scale === fitted.scale
      ? fitted
      : fill(centredOn(part, scale, screen), extent.bounds, screen);
  }
  return anchor === undefined
    ? centredOn(part, minScale, screen)
    : fill(scaledBy(view, minScale / viewport.scale, anchor), part, screen);
}

function between(start: Viewport, end: Viewport, share: number): Viewport {
  const mix = (from: number, to: number) => from + (to - from) * share;
  return {
    scale: mix(start.scale, end.scale),
    left: mix(start.left, end.left),
    top: mix(start.top, end.top),
  };
}
