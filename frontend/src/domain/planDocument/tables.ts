import type { Point, Size } from '@/domain/geometry';
import {
  makeRow,
  makeSeat,
  type NewId,
  randomId,
  type RowStyle,
} from '@/domain/planDocument/build';
import {
  at,
  type Key,
  type PlanDocument,
  type Row,
  withJson,
} from '@/domain/planDocument/document';
import { isObject, type JsonObject, numberAt, textAt } from '@/domain/planDocument/json';
import { type Table, tableOf, turned } from '@/domain/planDocument/shapes';
import { mapPlan } from '@/domain/planDocument/walk';

export interface TablePlan {
  readonly shape: Table['shape'];
  readonly chairs: number;
  readonly sold: Table['sold'];
}

/** In seat radii: between neighbouring chairs' centres, and from a chair's to the table's edge. */
const CHAIR_PITCH = 2.4;
const CHAIR_GAP = 1.25;
/** In seat radii. */
const [LEAST_ROUND, LONG_DEPTH] = [2.2, 3.4];
/** In seat radii: room to walk between tables' chairs. */
const TABLE_GAP = 3;

interface NewTable extends TablePlan, RowStyle {
  readonly name: string;
  readonly center: Point;
  readonly rotation?: number;
  readonly newId?: NewId;
}

/** Make a table with its chairs, numbered from 1. */
export function makeTable({ name, center, rotation = 0, ...options }: NewTable): Row {
  const { size, chairs } = layOut(options, options.radius);
  const points = chairs.map((chair) => {
    const { x, y } = turned(chair, rotation);
    return { x: center.x + x, y: center.y + y };
  });
  const row = makeRow({ ...options, name, points, numbers: numbersUpTo(points.length) });
  const table = { shape: options.shape, ...size, rotation, sold: options.sold };
  return recentred(withJson(row, { ...row.json, table }), center);
}

/**
 * The centres of as many tables as fit in a rectangle from one corner to the other, at least one:
 * spread over it, from left to right and from the top down.
 */
export function tablesIn(from: Point, to: Point, plan: TablePlan, radius: number): Point[] {
  const { width, height } = extentOf(plan, radius);
  const gap = TABLE_GAP * radius;
  const across = spread(Math.min(from.x, to.x), Math.abs(to.x - from.x), width, gap);
  const down = spread(Math.min(from.y, to.y), Math.abs(to.y - from.y), height, gap);
  return down.flatMap((y) => across.map((x) => ({ x, y })));
}

/** The middles of as many things of one size as fit on a length, at least one. */
function spread(start: number, length: number, size: number, gap: number): number[] {
  const count = Math.max(Math.floor((length + gap) / (size + gap)), 1);
  const step = count > 1 ? (length - size) / (count - 1) : 0;
  const first = count > 1 ? start + size / 2 : start + length / 2;
  return Array.from({ length: count }, (_, place) => first + place * step);
}

/** The chairs of a table around a point. */
export function chairsAround(center: Point, plan: TablePlan, radius: number): Point[] {
  return layOut(plan, radius).chairs.map(({ x, y }) => ({ x: center.x + x, y: center.y + y }));
}

/** The size of a table with its chairs. */
function extentOf(plan: TablePlan, radius: number): Size {
  const { size, chairs } = layOut(plan, radius);
  const reach = (side: number, places: readonly number[]) =>
    Math.max(side, 2 * (Math.max(...places.map(Math.abs)) + radius));
  return {
    width: reach(
      size.width,
      chairs.map(({ x }) => x),
    ),
    height: reach(
      size.height,
      chairs.map(({ y }) => y),
    ),
  };
}

/** Give a table another form or number of chairs; chairs that stay keep their identity. */
export function rebuiltTable(
  document: PlanDocument,
  key: Key,
  plan: TablePlan,
  style: RowStyle,
  newId: NewId = randomId,
): PlanDocument {
  return mapPlan(document, {
    row: (row) => {
      const before = tableOf(row);
      if (row.key !== key || before === null) return row;
      const { size, chairs } = layOut(plan, style.radius);
      const category =
        row.seats[0] === undefined ? style.category : textAt(row.seats[0].json, 'category');
      const seats = chairs.map((chair, place) => {
        const { x, y } = turned(chair, before.rotation);
        const kept = row.seats[place];
        if (kept !== undefined) return at(kept, x, y);
        return makeSeat({ x, y }, String(place + 1), { ...style, category }, newId);
      });
      const table = isObject(row.json['table']) ? row.json['table'] : {};
      const changed: JsonObject = { ...table, ...size, shape: plan.shape, sold: plan.sold };
      return { ...row, seats, json: { ...row.json, table: changed } };
    },
  });
}

interface Layout {
  readonly size: { readonly width: number; readonly height: number };
  /** Around 0,0. */
  readonly chairs: readonly Point[];
}

function layOut({ shape, chairs }: TablePlan, radius: number): Layout {
  return shape === 'round' ? aroundCircle(chairs, radius) : alongSides(chairs, radius);
}

function aroundCircle(count: number, radius: number): Layout {
  const ring = Math.max(
    (count * CHAIR_PITCH * radius) / (2 * Math.PI),
    (LEAST_ROUND + CHAIR_GAP) * radius,
  );
  const side = 2 * (ring - CHAIR_GAP * radius);
  const chairs = Array.from({ length: count }, (_, place) => {
    const angle = (2 * Math.PI * place) / count - Math.PI / 2;
    return { x: ring * Math.cos(angle), y: ring * Math.sin(angle) };
  });
  return { size: { width: rounded2(side), height: rounded2(side) }, chairs };
}

/** Half of the chairs on each long side. */
function alongSides(count: number, radius: number): Layout {
  const above = Math.ceil(count / 2);
  const pitch = CHAIR_PITCH * radius;
  const [width, height] = [Math.max(above, 1) * pitch, LONG_DEPTH * radius];
  const y = height / 2 + CHAIR_GAP * radius;
  const side = (chairs: number, down: number) =>
    Array.from({ length: chairs }, (_, place) => ({
      x: (place - (chairs - 1) / 2) * pitch,
      y: down,
    }));
  return {
    size: { width: rounded2(width), height: rounded2(height) },
    chairs: [...side(above, -y), ...side(count - above, y)],
  };
}

/** Move a row's own position to a point, while its seats stay where they are. */
function recentred(row: Row, center: Point): Row {
  const [dx, dy] = [row.x - center.x, row.y - center.y];
  const moved = at(row, center.x, center.y);
  return { ...moved, seats: moved.seats.map((seat) => at(seat, seat.x + dx, seat.y + dy)) };
}

function numbersUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, place) => String(place + 1));
}

function rounded2(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The number of a table or row that follows the highest one in use. */
export function nextNumber(rows: readonly Row[]): number {
  const numbers = rows.map(({ json }) => Number(textAt(json, 'row_number')));
  return Math.max(0, ...numbers.filter(Number.isFinite)) + 1;
}

/** The seat radius of a row's first seat. */
export function radiusOfRow({ seats }: Row, otherwise: number): number {
  return seats[0] === undefined ? otherwise : numberAt(seats[0].json, 'radius', otherwise);
}
