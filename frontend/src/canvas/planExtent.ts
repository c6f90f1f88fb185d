import type { EventDetail, Shape } from '@/api/types';
import type { PlanExtent } from '@/canvas/viewport';
import { type Bounds, boundsOf, type Point } from '@/domain/geometry';

/** In seat radii. */
const MARGIN = 1.6;
/** Upper bounds for a letter's size, in font sizes. */
const LETTER = { width: 0.72, height: 1.2 };

/** Return the bounds of the seats and shapes, without the plan's empty edges. */
export function planExtent(
  plan: Omit<EventDetail['plan'], 'name'>,
  seats: readonly Point[],
): PlanExtent {
  const points: Point[] = [...seats, ...plan.shapes.flatMap(corners)];
  if (points.length === 0) points.push({ x: 0, y: 0 }, { x: plan.width, y: plan.height });
  return {
    seatRadius: plan.seat_radius,
    bounds: boundsOf(points, plan.seat_radius * MARGIN),
  };
}

/** Bounds of a shape and its text. */
export function boundsOfShape(shape: Shape): Bounds {
  const { text } = shape;
  return boundsOf(corners(shape), text === undefined ? 1 : text.size * text.text.length);
}

function corners(shape: Shape): Point[] {
  const angle = (shape.rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return outline(shape).map(([x, y]) => ({
    x: shape.x + x * cos - y * sin,
    y: shape.y + x * sin + y * cos,
  }));
}

function outline(shape: Shape): (readonly [number, number])[] {
  const { width = 0, height = 0, radius = 0, radius_x: rx = radius, radius_y: ry = radius } = shape;
  const points = shape.points?.map(([x = 0, y = 0]) => [x, y] as const) ?? [];
  return [
    ...points,
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
    [-rx, -ry],
    [rx, -ry],
    [-rx, ry],
    [rx, ry],
    ...textCorners(shape),
  ];
}

function textCorners({ text }: Shape): (readonly [number, number])[] {
  if (text === undefined) return [];
  const { x, y, size } = text;
  const half = (LETTER.width * size * text.text.length) / 2;
  const halfHeight = (LETTER.height * size) / 2;
  return [
    [x - half, y - halfHeight],
    [x + half, y - halfHeight],
    [x - half, y + halfHeight],
    [x + half, y + halfHeight],
  ];
}
