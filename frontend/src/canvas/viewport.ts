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

/** Keep the plan on screen. The lowest `coveredPx` of the screen may stay empty. */
export function confine(
  viewport: Viewport,
  { bounds }: Pick<PlanExtent, 'bounds'>,
  screen: Size,
  coveredPx = 0,
): Viewport {
  const { scale } = viewport;
  const [left, top] = [viewport.left + bounds.x * scale, viewport.top + bounds.y * scale];
  const [width, height] = [bounds.width * scale, bounds.height * scale];
  const lowest = confineEdge(top, height, screen.height);
  const raised = confineEdge(top, height, screen.height - coveredPx);
  return {
    scale,
    left: confineEdge(left, width, screen.width) - bounds.x * scale,
    top: clamp(top, Math.min(raised, lowest), Math.max(raised, lowest)) - bounds.y * scale,
  };
}

/**
 * Pan as little as needed to bring a point or part of the plan `marginPx` inside the screen; its
 * upper left corner if it is larger.
 */
export function reveal(
  viewport: Viewport,
  part: Point & Partial<Size>,
  screen: Size,
  marginPx: number,
): Viewport {
  const { x, y } = toScreen(viewport, part);
  const width = (part.width ?? 0) * viewport.scale;
  const height = (part.height ?? 0) * viewport.scale;
  return pan(
    viewport,
    Math.max(Math.min(x, screen.width - marginPx - width), marginPx) - x,
    Math.max(Math.min(y, screen.height - marginPx - height), marginPx) - y,
  );
}

/**
 * Pan as little as needed to bring a plan point out from below things that lie over the map, in
 * screen coordinates. `allowed` confines a viewport to the plan. If there is no way, do not move.
 */
export function uncover(
  viewport: Viewport,
  planPoint: Point,
  covers: readonly Bounds[],
  screen: Size,
  allowed: (viewport: Viewport) => Viewport,
): Viewport {
  const { x, y } = toScreen(viewport, planPoint);
  const cover = covers.find((one) => contains(one, { x, y }));
  if (cover === undefined) return viewport;
  const ways = [
    { dx: cover.x - x, dy: 0 },
    { dx: cover.x + cover.width - x, dy: 0 },
    { dx: 0, dy: cover.y - y },
    { dx: 0, dy: cover.y + cover.height - y },
  ].sort((a, b) => Math.abs(a.dx + a.dy) - Math.abs(b.dx + b.dy));
  const found = ways
    .map(({ dx, dy }) => allowed(pan(viewport, dx, dy)))
    .find((moved) => {
      const at = toScreen(moved, planPoint);
      const isOnScreen = contains({ x: 0, y: 0, ...screen }, at);
      return isOnScreen && covers.every((one) => !contains(one, at));
    });
  return found ?? viewport;
}

/** Whether a point is inside the bounds, not on their edge. */
function contains(bounds: Bounds, { x, y }: Point): boolean {
  const EDGE = 0.5;
  return (
    x > bounds.x + EDGE &&
    y > bounds.y + EDGE &&
    x < bounds.x + bounds.width - EDGE &&
    y < bounds.y + bounds.height - EDGE
  );
}

function confineEdge(start: number, length: number, available: number): number {
  if (length <= available) return (available - length) / 2;
  return clamp(start, available - length, 0);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
