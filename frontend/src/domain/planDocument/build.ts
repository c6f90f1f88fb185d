import type { Point } from '@/domain/geometry';
import {
  type Area,
  areaFrom,
  type Key,
  type PlanDocument,
  type Row,
  rounded,
  rowFrom,
  type Seat,
  seatFrom,
  type Zone,
  zoneFrom,
} from '@/domain/planDocument/document';
import type { JsonObject } from '@/domain/planDocument/json';
import { mapPlan } from '@/domain/planDocument/walk';

/** Create an identifier for the file. */
export type NewId = () => string;

export const randomId: NewId = () => crypto.randomUUID();

export interface RowStyle {
  /** A category's name; empty for none. */
  readonly category: string;
  readonly radius: number;
}

interface NewRow extends RowStyle {
  readonly name: string;
  /** Positions in the plan. */
  readonly points: readonly Point[];
  /** A number for each point. */
  readonly numbers: readonly string[];
  readonly newId?: NewId;
}

/** Make a row whose seats are at these points. */
export function makeRow({ name, points, numbers, newId = randomId, ...style }: NewRow): Row {
  const origin = points[0] ?? { x: 0, y: 0 };
  return rowFrom({
    position: pointJson(origin),
    row_number: name,
    row_number_position: 'both',
    seats: points.map((point, place) =>
      seatJson(
        { x: point.x - origin.x, y: point.y - origin.y },
        numbers[place] ?? '',
        style,
        newId,
      ),
    ),
    uuid: newId(),
  });
}

export function makeSeat(
  position: Point,
  number: string,
  style: RowStyle,
  newId: NewId = randomId,
): Seat {
  return seatFrom(seatJson(position, number, style, newId));
}

function seatJson(
  position: Point,
  number: string,
  { category, radius }: RowStyle,
  newId: NewId,
): JsonObject {
  return {
    seat_number: number,
    seat_guid: newId(),
    uuid: newId(),
    position: pointJson(position),
    category,
    radius,
  };
}

export function makeZone(name: string, floor: string | null, newId: NewId = randomId): Zone {
  const id = newId();
  return zoneFrom({
    name,
    position: { x: 0, y: 0 },
    rows: [],
    areas: [],
    uuid: id,
    zone_id: id,
    ...(floor !== null && { floor }),
  });
}

export type ShapeKind = 'rectangle' | 'circle' | 'ellipse' | 'polygon' | 'text';

interface NewArea {
  readonly shape: ShapeKind;
  /** The corners that it fills, or its points. */
  readonly points: readonly Point[];
  readonly color: string;
  readonly border: string;
  readonly text?: { readonly text: string; readonly size: number; readonly color: string };
  readonly standing?: { readonly capacity: number; readonly category: string };
  readonly newId?: NewId;
}

/** Make a shape within the bounds of its points; a polygon has them as its corners. */
export function makeArea(area: NewArea): Area {
  const { shape, points, color, border, text, standing, newId = randomId } = area;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const middle = { x: width / 2, y: height / 2 };
  const isCentred = shape === 'circle' || shape === 'ellipse' || shape === 'text';
  const origin = isCentred ? { x: left + middle.x, y: top + middle.y } : { x: left, y: top };
  const inner = shape === 'polygon' ? centroid(points, origin) : middle;
  return areaFrom({
    shape,
    position: pointJson(origin),
    rotation: 0,
    color,
    border_color: border,
    ...bodyJson(shape, points, origin, width, height),
    ...(text !== undefined && {
      text: { ...text, position: pointJson(isCentred ? { x: 0, y: 0 } : inner) },
    }),
    uuid: newId(),
    ...(standing !== undefined && { standing: { ...standing, guid: newId() } }),
  });
}

function bodyJson(
  shape: ShapeKind,
  points: readonly Point[],
  origin: Point,
  width: number,
  height: number,
): JsonObject {
  switch (shape) {
    case 'rectangle':
      return { rectangle: { width: rounded(width), height: rounded(height) } };
    case 'circle':
      return { circle: { radius: rounded(Math.max(width, height) / 2) } };
    case 'ellipse':
      return { ellipse: { radius: pointJson({ x: width / 2, y: height / 2 }) } };
    case 'polygon': {
      const relative = points.map(({ x, y }) => pointJson({ x: x - origin.x, y: y - origin.y }));
      return { polygon: { points: relative } };
    }
    case 'text':
      return {};
  }
}

/** The centre of a polygon's surface, relative to `origin`. */
function centroid(points: readonly Point[], origin: Point): Point {
  let [twice, x, y] = [0, 0, 0];
  points.forEach((from, place) => {
    const to = points[(place + 1) % points.length] ?? from;
    const cross = (from.x - origin.x) * (to.y - origin.y) - (to.x - origin.x) * (from.y - origin.y);
    twice += cross;
    x += (from.x + to.x - 2 * origin.x) * cross;
    y += (from.y + to.y - 2 * origin.y) * cross;
  });
  return twice === 0 ? { x: 0, y: 0 } : { x: x / (3 * twice), y: y / (3 * twice) };
}

/** Add rows, positioned in the plan, to a section. */
export function withRows(document: PlanDocument, zoneKey: Key, rows: readonly Row[]): PlanDocument {
  return mapPlan(document, {
    zone: (zone) =>
      zone.key === zoneKey
        ? { ...zone, rows: [...zone.rows, ...rows.map((row) => relativeTo(zone, row))] }
        : zone,
  });
}

/** Add shapes, positioned in the plan, to a section. */
export function withAreas(
  document: PlanDocument,
  zoneKey: Key,
  areas: readonly Area[],
): PlanDocument {
  return mapPlan(document, {
    zone: (zone) =>
      zone.key === zoneKey
        ? { ...zone, areas: [...zone.areas, ...areas.map((area) => relativeTo(zone, area))] }
        : zone,
  });
}

export function withZone(document: PlanDocument, zone: Zone): PlanDocument {
  return { ...document, zones: [...document.zones, zone] };
}

/** Give a row or area that is positioned in the plan its position in a section. */
export function relativeTo<T extends Row | Area>(zone: Zone, item: T): T {
  const [x, y] = [rounded(item.x - zone.x), rounded(item.y - zone.y)];
  const position = { ...(item.json['position'] as JsonObject | undefined), x, y };
  return { ...item, x, y, json: { ...item.json, position } };
}

function pointJson({ x, y }: Point): JsonObject {
  return { x: rounded(x), y: rounded(y) };
}
