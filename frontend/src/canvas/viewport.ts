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

/** Space along the edges of the screen, in pixels. */
export interface Insets {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const NO_INSETS: Insets = { left: 0, top: 0, right: 0, bottom: 0 };

/** Centre the bounds within the screen without its insets, as large as possible. */
export function fit(bounds: Bounds, screen: Size, insets = NO_INSETS): Viewport {
  const width = Math.max(screen.width - insets.left - insets.right, 1);
  const height = Math.max(screen.height - insets.top - insets.bottom, 1);
  const scale = Math.min(width / bounds.width, height / bounds.height);
  return {
    scale,
    left: insets.left + (width - bounds.width * scale) / 2 - bounds.x * scale,
    top: insets.top + (height - bounds.height * scale) / 2 - bounds.y * scale,
  };
}

/**
 * Fit the bounds to the screen, as large as possible with no seat below `covers`, which lie over the
 * screen's corners. `hasSeats` says whether there are seats in a part of the plan.
 */
export function fitClear(
  bounds: Bounds,
  screen: Size,
  covers: readonly Bounds[],
  hasSeats: (part: Bounds) => boolean,
): Viewport {
  const ways = covers.reduce<readonly Insets[]>(
    (found, cover) =>
      found.flatMap((insets) => {
        const { left, right, top, bottom } = insetsOf([cover], screen);
        return [
          insets,
          joined(insets, { ...NO_INSETS, left, right }),
          joined(insets, { ...NO_INSETS, top, bottom }),
        ];
      }),
    [NO_INSETS],
  );
  const isClear = (viewport: Viewport) =>
    covers.every((cover) => {
      const { scale } = viewport;
      const corner = toPlan(viewport, cover);
      return !hasSeats({ ...corner, width: cover.width / scale, height: cover.height / scale });
    });
  const [best] = ways
    .map((insets) => fit(bounds, screen, insets))
    .filter(isClear)
    .toSorted((a, b) => b.scale - a.scale);
  return best ?? fit(bounds, screen);
}

/** How far `covers` reach into the screen from the edges that they are nearest to. */
export function insetsOf(covers: readonly Bounds[], screen: Size): Insets {
  return covers.reduce((insets, { x, y, width, height }) => {
    const [isLeft, isTop] = [2 * x + width < screen.width, 2 * y + height < screen.height];
    return joined(insets, {
      left: isLeft ? x + width : 0,
      right: isLeft ? 0 : screen.width - x,
      top: isTop ? y + height : 0,
      bottom: isTop ? 0 : screen.height - y,
    });
  }, NO_INSETS);
}

function joined(one: Insets, other: Insets): Insets {
  return {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
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

/** Clamp a scale between that of the whole plan and `MAX_SEAT_RADIUS_PX`. */
export function confineScale(scale: number, plan: PlanExtent, fitted: Viewport): number {
  const most = Math.max(MAX_SEAT_RADIUS_PX / plan.seatRadius, fitted.scale);
  return clamp(scale, fitted.scale, most);
}

/**
 * Keep the plan on screen, or, where it is larger, the screen on the plan. The insets of the screen
 * may stay empty, so that what lies over them can be avoided.
 */
export function confine(
  viewport: Viewport,
  { bounds }: Pick<PlanExtent, 'bounds'>,
  screen: Size,
  insets = NO_INSETS,
): Viewport {
  const { scale } = viewport;
  const edge = (start: number, length: number, available: number, before: number, after: number) =>
    clamp(start, Math.min(0, available - length) - after, Math.max(0, available - length) + before);
  return {
    scale,
    left:
      edge(
        viewport.left + bounds.x * scale,
        bounds.width * scale,
        screen.width,
        insets.left,
        insets.right,
      ) -
      bounds.x * scale,
    top:
      edge(
        viewport.top + bounds.y * scale,
        bounds.height * scale,
        screen.height,
        insets.top,
        insets.bottom,
      ) -
      bounds.y * scale,
  };
}

/** Fill the screen with a part of the plan, centred where it is smaller. */
export function fill(viewport: Viewport, part: Bounds, screen: Size): Viewport {
  const { scale } = viewport;
  const edge = (start: number, length: number, available: number) =>
    length <= available ? (available - length) / 2 : clamp(start, available - length, 0);
  const [x, y] = [part.x * scale, part.y * scale];
  return {
    scale,
    left: edge(viewport.left + x, part.width * scale, screen.width) - x,
    top: edge(viewport.top + y, part.height * scale, screen.height) - y,
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

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
