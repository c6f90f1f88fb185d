import type { Point } from '@/domain/geometry';
import {
  type Area,
  at,
  BACKGROUND,
  FOCAL_POINT,
  type Key,
  type PlanDocument,
  type Row,
  rounded,
  type Seat,
  withJson,
  type Zone,
} from '@/domain/planDocument/document';
import {
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsIn,
} from '@/domain/planDocument/json';
import { boundsOfObject, boundsOfObjects } from '@/domain/planDocument/bounds';
import { sizeAt, turned } from '@/domain/planDocument/shapes';
import { mapPlan } from '@/domain/planDocument/walk';

/** Mirrored left to right if wanted, then turned around `center`, then moved. */
export interface Transform {
  readonly center: Point;
  /** In degrees, clockwise. */
  readonly degrees: number;
  readonly isMirrored: boolean;
  readonly by: Point;
}

export function moveBy(x: number, y: number): Transform {
  return { center: { x: 0, y: 0 }, degrees: 0, isMirrored: false, by: { x, y } };
}

/** Move objects by the same distance. What is in a moved row or section moves once, with it. */
export function moved(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  x: number,
  y: number,
): PlanDocument {
  const transform = moveBy(x, y);
  return transformed(document, (key) => (keys.has(key) ? transform : undefined));
}

/** Turn objects around their common centre, clockwise. */
export function rotated(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  degrees: number,
): PlanDocument {
  return aroundCentre(document, keys, degrees, false);
}

/** Mirror objects at their common centre: left to right, or upside down. */
export function mirrored(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  axis: 'horizontal' | 'vertical',
): PlanDocument {
  return aroundCentre(document, keys, axis === 'horizontal' ? 0 : 180, true);
}

function aroundCentre(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  degrees: number,
  isMirrored: boolean,
): PlanDocument {
  const bounds = boundsOfObjects(document, keys);
  if (bounds === null) return document;
  const center = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
  const transform = { center, degrees, isMirrored, by: { x: 0, y: 0 } };
  return transformed(document, (key) => (keys.has(key) ? transform : undefined));
}

export type Edge = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom';

/** Align objects at an edge of their common bounds. */
export function aligned(document: PlanDocument, keys: ReadonlySet<Key>, edge: Edge): PlanDocument {
  const all = boundsOfObjects(document, keys);
  if (all === null) return document;
  const share = { left: 0, center: 0.5, right: 1, top: 0, middle: 0.5, bottom: 1 }[edge];
  const isAcross = edge === 'left' || edge === 'center' || edge === 'right';
  return transformed(document, (key) => {
    if (!keys.has(key)) return undefined;
    const own = boundsOfObject(document, key);
    if (own === null) return undefined;
    return isAcross
      ? moveBy(all.x + share * (all.width - own.width) - own.x, 0)
      : moveBy(0, all.y + share * (all.height - own.height) - own.y);
  });
}

/** Make the gaps between objects equal; the outermost two stay. */
export function distributed(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  axis: 'x' | 'y',
): PlanDocument {
  const side = axis === 'x' ? 'width' : 'height';
  const items = [...keys]
    .flatMap((key) => {
      const bounds = boundsOfObject(document, key);
      return bounds === null ? [] : [{ key, start: bounds[axis], length: bounds[side] }];
    })
    .sort((a, b) => a.start + a.length / 2 - (b.start + b.length / 2));
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined || items.length < 3) return document;
  const used = items.reduce((sum, { length }) => sum + length, 0);
  const gap = (last.start + last.length - first.start - used) / (items.length - 1);
  const moves = new Map<Key, Transform>();
  let next = first.start;
  for (const { key, start, length } of items) {
    moves.set(key, axis === 'x' ? moveBy(next - start, 0) : moveBy(0, next - start));
    next += length + gap;
  }
  return transformed(document, (key) => moves.get(key));
}

/** Transform each object for which there is a transform; what it contains follows. */
export function transformed(
  document: PlanDocument,
  transformOf: (key: Key) => Transform | undefined,
): PlanDocument {
  const result = mapPlan(document, {
    zone: (zone) => {
      const own = transformOf(zone.key);
      return own === undefined ? withinZone(zone, transformOf) : transformedZone(zone, own);
    },
  });
  const json = transformedJson(document.json, transformOf);
  return json === document.json ? result : { ...result, json };
}

function withinZone(zone: Zone, transformOf: (key: Key) => Transform | undefined): Zone {
  const rows = mapSame(zone.rows, (row) => {
    const own = transformOf(row.key);
    if (own !== undefined) return placedRow(row, zone, own);
    const origin = { x: zone.x + row.x, y: zone.y + row.y };
    const seats = mapSame(row.seats, (seat) => {
      const transform = transformOf(seat.key);
      return transform === undefined ? seat : placed(seat, origin, transform);
    });
    return seats === row.seats ? row : { ...row, seats };
  });
  const areas = mapSame(zone.areas, (area) => {
    const own = transformOf(area.key);
    return own === undefined ? area : placed(orientedArea(area, own), zone, own);
  });
  return rows === zone.rows && areas === zone.areas ? zone : { ...zone, rows, areas };
}

function transformedZone(zone: Zone, transform: Transform): Zone {
  const origin = placed(zone, { x: 0, y: 0 }, transform);
  if (isMoveOnly(transform)) return origin;
  return {
    ...origin,
    rows: zone.rows.map((row) => {
      const { x, y } = linear(row, transform);
      return at(orientedRow(row, transform), x, y);
    }),
    areas: zone.areas.map((area) => {
      const inside = orientedArea(area, transform);
      const { x, y } = linear(inside, transform);
      return at(inside, x, y);
    }),
  };
}

function placedRow(row: Row, zone: Zone, transform: Transform): Row {
  return placed(orientedRow(row, transform), zone, transform);
}

/** Put an item where the transform takes it. `origin`: the position of what contains it. */
function placed<T extends Seat | Row | Area | Zone>(
  item: T,
  origin: Point,
  transform: Transform,
): T {
  const { x, y } = pointTo({ x: origin.x + item.x, y: origin.y + item.y }, transform);
  return at(item, x - origin.x, y - origin.y);
}

function pointTo({ x, y }: Point, transform: Transform): Point {
  const { center, by } = transform;
  if (isMoveOnly(transform)) return { x: x + by.x, y: y + by.y };
  const offset = linear({ x: x - center.x, y: y - center.y }, transform);
  return { x: center.x + offset.x + by.x, y: center.y + offset.y + by.y };
}

function linear({ x, y }: Point, { degrees, isMirrored }: Transform): Point {
  return turned({ x: isMirrored ? -x : x, y }, degrees);
}

function isMoveOnly({ degrees, isMirrored }: Transform): boolean {
  return degrees === 0 && !isMirrored;
}

function orientedRow(row: Row, transform: Transform): Row {
  if (isMoveOnly(transform)) return row;
  const seats = row.seats.map((seat) => {
    const { x, y } = linear(seat, transform);
    return at(seat, x, y);
  });
  const table = row.json['table'];
  if (!isObject(table)) return { ...row, seats };
  const rotation = orientation(numberAt(table, 'rotation'), transform);
  return { ...row, seats, json: { ...row.json, table: { ...table, rotation } } };
}

/** Turn an area's drawing. A mirrored rectangle starts at its other corner. */
function orientedArea(area: Area, transform: Transform): Area {
  if (isMoveOnly(transform)) return area;
  const before = numberAt(area.json, 'rotation');
  const isRectangle = area.json['shape'] === 'rectangle';
  const width = isRectangle ? sizeAt(area.json, 'rectangle').width : 0;
  let result = area;
  if (transform.isMirrored) {
    const shift = turned({ x: width, y: 0 }, before);
    result = at(withJson(area, mirroredBody(area.json, width)), area.x + shift.x, area.y + shift.y);
  }
  return withJson(result, { ...result.json, rotation: orientation(before, transform) });
}

function orientation(before: number, { degrees, isMirrored }: Transform): number {
  const after = (isMirrored ? -before : before) + degrees;
  return rounded(((after % 360) + 360) % 360);
}

/** Mirror what is relative to an area: a polygon's points, and where its text is. */
function mirroredBody(json: JsonObject, width: number): JsonObject {
  const flipped = (point: JsonObject): JsonObject => ({
    ...point,
    x: rounded(-numberAt(point, 'x')),
  });
  let result = json;
  if (json['shape'] === 'polygon') {
    const polygon = objectAt(json, 'polygon');
    const points = objectsIn(polygon['points']).map(flipped);
    result = { ...result, polygon: { ...polygon, points } };
  }
  const text = json['text'];
  if (isObject(text) && isObject(text['position'])) {
    const { position } = text as { position: JsonObject };
    const x = rounded(width - numberAt(position, 'x'));
    result = { ...result, text: { ...text, position: { ...position, x } } };
  }
  return result;
}

function transformedJson(
  json: JsonObject,
  transformOf: (key: Key) => Transform | undefined,
): JsonObject {
  let result = json;
  for (const [key, name] of [
    [FOCAL_POINT, 'focal_point'],
    [BACKGROUND, 'background'],
  ] as const) {
    const transform = transformOf(key);
    const item = json[name];
    if (transform === undefined || !isObject(item)) continue;
    const { x, y } = { x: numberAt(item, 'x'), y: numberAt(item, 'y') };
    // A picture has no direction: it moves, and stays upright.
    const to = isMoveOnly(transform) ? pointTo({ x, y }, transform) : { x, y };
    result = { ...result, [name]: { ...item, x: rounded(to.x), y: rounded(to.y) } };
  }
  return result;
}

function mapSame<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change);
  return changed.some((item, index) => item !== items[index]) ? changed : items;
}
