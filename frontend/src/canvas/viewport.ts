import type { Bounds, Point, Size } from '@/domain/geometry';

/** The visible part of the plan: a plan point (x, y) is drawn at (x·scale + left, …). */
export interface Viewport {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface PlanExtent {
  readonly bounds: Bounds;
  readonly seatRadius: number;
}

/** Maximum seat radius when zoomed in. */
const MAX_SEAT_RADIUS_PX = 26;

export function fit(bounds: Bounds, screen: Size): Viewport {
  const scale = Math.min(screen.width / bounds.width, screen.height / bounds.height);
  return {
    scale,
    left: (screen.width - bounds.width * scale) / 2 - bounds.x * scale,
    top: (screen.height - bounds.height * scale) / 2 - bounds.y * scale,
  };
}

/** Change the scale while the screen point `anchor` stays over the same plan point. */
export function zoomTo(viewport: Viewport, scale: number, anchor: Point): Viewport {
  const factor = scale / viewport.scale;
  return {
    scale,
    left: anchor.x - (anchor.x - viewport.left) * factor,
    top: anchor.y - (anchor.y - viewport.top) * factor,
  };
}

export function pan(viewport: Viewport, dx: number, dy: number): Viewport {
  return { ...viewport, left: viewport.left + dx, top: viewport.top + dy };
}

export function toPlan(viewport: Viewport, screenPoint: Point): Point {
  return {
    x: (screenPoint.x - viewport.left) / viewport.scale,
    y: (screenPoint.y - viewport.top) / viewport.scale,
  };
}

export function toScreen(viewport: Viewport, planPoint: Point): Point {
  return {
    x: planPoint.x * viewport.scale + viewport.left,
    y: planPoint.y * viewport.scale + viewport.top,
  };
}

/** Clamp a scale between the whole plan and `MAX_SEAT_RADIUS_PX`. */
export function confineScale(scale: number, plan: PlanExtent, screen: Size): number {
  const fitted = fit(plan.bounds, screen).scale;
  return clamp(scale, fitted, Math.max(MAX_SEAT_RADIUS_PX / plan.seatRadius, fitted));
}

/** Keep the plan on screen. */
export function confine(viewport: Viewport, { bounds }: PlanExtent, screen: Size): Viewport {
  const { scale, left, top } = viewport;
  return {
    scale,
    left:
      confineEdge(left + bounds.x * scale, bounds.width * scale, screen.width) - bounds.x * scale,
    top:
      confineEdge(top + bounds.y * scale, bounds.height * scale, screen.height) - bounds.y * scale,
  };
}

/** Pan as little as needed to bring a plan point `marginPx` inside the screen. */
export function reveal(viewport: Viewport, point: Point, screen: Size, marginPx: number): Viewport {
  const { x, y } = toScreen(viewport, point);
  return pan(
    viewport,
    clamp(x, marginPx, screen.width - marginPx) - x,
    clamp(y, marginPx, screen.height - marginPx) - y,
  );
}

function confineEdge(start: number, length: number, available: number): number {
  if (length <= available) return (available - length) / 2;
  return clamp(start, available - length, 0);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
