/** Draws a whole plan small, as an overview. */
import type { EventDetail } from '@/api/types';
import { drawShapes, type PlanCanvas } from '@/canvas/drawShapes';
import { drawPins, traceDisc } from '@/canvas/pins';
import { fit, toScreen, type Viewport } from '@/canvas/viewport';
import type { Bounds, Point } from '@/domain/geometry';
import type { SeatFacts } from '@/domain/seatMap/seats';

export type Plan = Omit<EventDetail['plan'], 'name'>;
/** A seat, or a point for several. */
export type PlacedSeat = Pick<SeatFacts, 'index' | 'x' | 'y'>;

export interface ThumbnailPalette {
  /** Colour of the highlighted seats. */
  readonly highlight: string;
  /** Background colour. */
  readonly ground: string;
  readonly ink: string;
  readonly fontFamily: string;
}

interface ThumbnailOptions {
  /** The part of the plan to show, see `planExtent`. */
  readonly bounds: Bounds;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** The canvas must be this many times larger than `width` × `height`. */
  readonly pixelRatio: number;
  readonly palette: ThumbnailPalette;
  /** Null leaves the seat out. */
  readonly colorOf: (index: number) => string | null;
  /** Seats in these colours are drawn smaller, as on the map. */
  readonly receding?: ReadonlySet<string>;
  /** These seats get a ring, and each group of them a pin. */
  readonly highlighted: ReadonlySet<number>;
}

/** From this radius on seats are round; below, squares look the same. */
const ROUND_PX = 2;
/** Drawn size of a seat, leaving a gap to its neighbours. */
const FILLED = 0.86;
const RECEDING_FILLED = 0.6;
const MARGIN_PX = 6;
const SMALLEST_HIGHLIGHT_PX = 3;
const RING_PX = 1.75;
const GAP_PX = 1.75;
/** Large highlighted seats within this distance share a pin. */
const GROUP_RADII = 4;

/** Draw the plan to fill the canvas. Returns the viewport in CSS pixels. */
export function drawThumbnail(
  context: PlanCanvas,
  plan: Plan,
  facts: readonly PlacedSeat[],
  options: ThumbnailOptions,
): Viewport {
  const { width, height, pixelRatio, palette } = options;
  const viewport = viewportOf(options);
  const { scale, left, top } = viewport;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);

  context.save();
  context.translate(left, top);
  // The transform above has the pixel ratio already.
  drawShapes(context, plan.shapes, { ...palette, scale, pixelRatio: 1, enlargesLabels: false });
  context.restore();

  drawSeats(context, facts, viewport, plan.seat_radius * scale, options);
  drawHighlights(context, facts, viewport, plan.seat_radius * scale, options);
  return viewport;
}

function viewportOf({ bounds, width, height }: ThumbnailOptions): Viewport {
  const { scale, left, top } = fit(bounds, {
    width: Math.max(width - 2 * MARGIN_PX, 1),
    height: Math.max(height - 2 * MARGIN_PX, 1),
  });
  return { scale, left: left + MARGIN_PX, top: top + MARGIN_PX };
}

/** Batch by colour: changing the fill style is slow. */
function drawSeats(
  context: PlanCanvas,
  facts: readonly PlacedSeat[],
  { scale, left, top }: Viewport,
  radiusPx: number,
  { colorOf, receding, pixelRatio }: ThumbnailOptions,
): void {
  const batches = new Map<string, number[]>();
  for (const { index, x, y } of facts) {
    const color = colorOf(index);
    if (color === null) continue;
    let places = batches.get(color);
    if (places === undefined) batches.set(color, (places = []));
    places.push(x * scale + left, y * scale + top);
  }
  const drawBatch = radiusPx < ROUND_PX ? fillSquares : fillDiscs;
  for (const [color, places] of batches) {
    context.fillStyle = color;
    const filled = receding?.has(color) === true ? RECEDING_FILLED : FILLED;
    drawBatch(context, places, Math.max(radiusPx * filled, 0.5 / pixelRatio));
  }
}

function fillSquares(context: PlanCanvas, places: readonly number[], radiusPx: number): void {
  const size = 2 * radiusPx;
  for (let at = 0; at + 1 < places.length; at += 2) {
    context.fillRect((places[at] ?? 0) - radiusPx, (places[at + 1] ?? 0) - radiusPx, size, size);
  }
}

function fillDiscs(context: PlanCanvas, places: readonly number[], radiusPx: number): void {
  context.beginPath();
  for (let at = 0; at + 1 < places.length; at += 2) {
    traceDisc(context, { x: places[at] ?? 0, y: places[at + 1] ?? 0 }, radiusPx);
  }
  context.fill();
}

/** Rings of adjacent seats merge into one outline. */
function drawHighlights(
  context: PlanCanvas,
  facts: readonly PlacedSeat[],
  viewport: Viewport,
  radiusPx: number,
  { highlighted, height, palette }: ThumbnailOptions,
): void {
  const points: Point[] = [];
  for (const index of highlighted) {
    const seat = facts[index];
    if (seat !== undefined) points.push(toScreen(viewport, seat));
  }
  if (points.length === 0) return;
  const discPx = Math.max(radiusPx * FILLED, SMALLEST_HIGHLIGHT_PX);
  for (const [color, growPx] of [
    [palette.ground, 2 * GAP_PX + RING_PX],
    [palette.highlight, GAP_PX + RING_PX],
    [palette.ground, GAP_PX],
    [palette.highlight, 0],
  ] as const) {
    context.fillStyle = color;
    context.beginPath();
    for (const point of points) traceDisc(context, point, discPx + growPx);
    context.fill();
  }
  drawPins(context, points, {
    nearPx: radiusPx * GROUP_RADII,
    awayPx: discPx + GAP_PX + RING_PX,
    height,
    color: palette.highlight,
    ground: palette.ground,
    size: 1,
  });
}
