import { prefersReducedMotion } from '@/browser/motion';
import {
  confine,
  confineScale,
  fit,
  pan,
  type PlanExtent,
  reveal,
  toScreen,
  type Viewport,
  zoomTo,
} from '@/canvas/viewport';
import type { Bounds, Point, Size } from '@/domain/geometry';

export interface View {
  readonly viewport: Viewport;
  readonly extent: PlanExtent;
  readonly screen: Size;
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

  /** Pan to a plan point, zooming in until seats have at least this radius. */
  reveal(planPoint: Point, minRadiusPx: number): void {
    this.#moveTo((view) => {
      const { viewport, extent, screen } = view;
      const factor = minRadiusPx / extent.seatRadius / viewport.scale;
      const near = factor > 1 ? scaledBy(view, factor, toScreen(viewport, planPoint)) : viewport;
      return reveal(near, planPoint, screen, REVEAL_MARGIN_PX);
    });
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
   * to that size around the screen point `anchor`.
   */
  animateTo(part: Bounds, minRadiusPx: number, anchor?: Point): void {
    this.#animate((view) => {
      const { viewport, extent, screen } = view;
      const whole = fit(part, screen);
      const minScale = minRadiusPx / extent.seatRadius;
      if (whole.scale >= minScale) {
        return centredOn(part, confineScale(whole.scale, extent, screen), screen);
      }
      return anchor === undefined
        ? centredOn(part, minScale, screen)
        : scaledBy(view, minScale / viewport.scale, anchor);
    });
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
    if (prefersReducedMotion()) {
      this.#moveTo(target);
      return;
    }
    cancelAnimationFrame(this.#animation);
    const start = this.#view.viewport;
    const end = confined(this.#view, target(this.#view));
    const startedAt = performance.now();
    const step = (now: number) => {
      const share = Math.min(Math.max((now - startedAt) / ANIMATION_MS, 0), 1);
      this.#show(between(start, end, 1 - (1 - share) ** 3));
      if (share < 1) this.#animation = requestAnimationFrame(step);
    };
    this.#animation = requestAnimationFrame(step);
  }
}

function scaledBy({ viewport, extent, screen }: View, factor: number, anchor: Point): Viewport {
  return zoomTo(viewport, confineScale(viewport.scale * factor, extent, screen), anchor);
}

function centredOn({ x, y, width, height }: Bounds, scale: number, screen: Size): Viewport {
  return {
    scale,
    left: screen.width / 2 - (x + width / 2) * scale,
    top: screen.height / 2 - (y + height / 2) * scale,
  };
}

function confined({ extent, screen }: View, viewport: Viewport): Viewport {
  return confine(viewport, extent, screen);
}

function between(start: Viewport, end: Viewport, share: number): Viewport {
  const mix = (from: number, to: number) => from + (to - from) * share;
  return {
    scale: mix(start.scale, end.scale),
    left: mix(start.left, end.left),
    top: mix(start.top, end.top),
  };
}
