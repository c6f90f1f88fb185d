import type { PlanCanvas } from '@/canvas/drawShapes';
import { distance, type Point } from '@/domain/geometry';

interface PinOptions {
  /** Points within this distance share a pin, at least within `GROUP_PX`. */
  readonly nearPx: number;
  /** The distance of a pin's tip from its points. */
  readonly awayPx: number;
  /** Of the canvas, to keep pins inside. */
  readonly height: number;
  readonly color: string;
  readonly ground: string;
  /** Canvas pixels per unit of the lengths below. */
  readonly size: number;
}

const GROUP_PX = 28;
const PIN = { height: 19, radius: 6.5, eye: 2.5, edge: 2 } as const;

/** Draw a pin for each group of points; lengths and points in canvas pixels. */
export function drawPins(context: PlanCanvas, points: readonly Point[], options: PinOptions): void {
  const nearPx = Math.max(GROUP_PX * options.size, options.nearPx);
  for (const group of groupsOf(points, nearPx)) drawPin(context, group, options);
}

function groupsOf(points: readonly Point[], nearPx: number): (readonly Point[])[] {
  const groups: Point[][] = [];
  for (const point of points) {
    const near = groups.find((group) => group.some((other) => distance(other, point) <= nearPx));
    if (near === undefined) groups.push([point]);
    else near.push(point);
  }
  return groups;
}

/** Draw a pin above the group, or below if there is no room. */
function drawPin(
  context: PlanCanvas,
  group: readonly Point[],
  { awayPx, height, color, ground, size }: PinOptions,
): void {
  const x = group.reduce((sum, point) => sum + point.x, 0) / group.length;
  const top = Math.min(...group.map((point) => point.y)) - awayPx;
  const bottom = Math.max(...group.map((point) => point.y)) + awayPx;
  const pinHeight = PIN.height * size;
  const hangs = top - pinHeight < 0 && bottom + pinHeight <= height;
  const tip = hangs ? bottom : top;
  const away = pinHeight - PIN.radius * size;
  const head = hangs ? tip + away : tip - away;
  const [from, to] = hangs ? [-0.2, 1.2] : [0.8, 2.2];

  context.beginPath();
  context.moveTo(x, tip);
  context.arc(x, head, PIN.radius * size, from * Math.PI, to * Math.PI);
  context.closePath();
  context.fillStyle = color;
  context.strokeStyle = ground;
  context.lineWidth = PIN.edge * size;
  context.stroke();
  context.fill();
  context.fillStyle = ground;
  context.beginPath();
  traceDisc(context, { x, y: head }, PIN.eye * size);
  context.fill();
}

export function traceDisc(context: PlanCanvas, { x, y }: Point, radiusPx: number): void {
  context.moveTo(x + radiusPx, y);
  context.arc(x, y, radiusPx, 0, 2 * Math.PI);
}
