import { distance, type Point } from '@/domain/geometry';
import { makeSeat, type NewId, randomId } from '@/domain/planDocument/build';
import {
  at,
  BACKGROUND,
  type Key,
  type PlanDocument,
  rounded,
  withJson,
} from '@/domain/planDocument/document';
import {
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsIn,
  textAt,
  withKey,
} from '@/domain/planDocument/json';
import { rowShapeOf } from '@/domain/planDocument/rowShapes';
import { leftToRight } from '@/domain/planDocument/numbering';
import { arcLength, onArc, seatsOn } from '@/domain/planDocument/paths';
import { turned } from '@/domain/planDocument/shapes';
import { radiusOfRow } from '@/domain/planDocument/tables';
import { find, findRow, mapPlan, seatPoint } from '@/domain/planDocument/walk';

/** Lead a row to another point with its end; seats are added or removed there. */
export function extendedRow(
  document: PlanDocument,
  key: Key,
  end: 'start' | 'end',
  to: Point,
  spacing: number,
  newId: NewId = randomId,
): PlanDocument {
  const found = findRow(document, key);
  if (found === null) return document;
  const { zone, row } = found;
  const ordered = leftToRight(row.seats);
  const seats = end === 'end' ? ordered : ordered.toReversed();
  const [first] = seats;
  if (first === undefined) return document;
  const bend = rowShapeOf(row).bend * (end === 'end' ? 1 : -1);
  const from = { x: first.x, y: first.y };
  const target = { x: to.x - zone.x - row.x, y: to.y - zone.y - row.y };
  const count = Math.max(seatsOn(arcLength(from, target, bend), spacing), 2);
  const share = ((count - 1) * spacing) / (arcLength(from, target, bend) || 1);
  const last = {
    x: from.x + share * (target.x - from.x),
    y: from.y + share * (target.y - from.y),
  };
  const style = { category: textAt(first.json, 'category'), radius: radiusOfRow(row, 10) };
  const points = onArc(from, last, bend, count);
  const kept = points.map((point, place) => {
    const seat = seats[place];
    if (seat !== undefined) return at(seat, point.x, point.y);
    return makeSeat(point, String(place + 1), style, newId);
  });
  const after = end === 'end' ? kept : kept.toReversed();
  return mapPlan(document, { row: (one) => (one === row ? { ...row, seats: after } : one) });
}

/** Bend a row so that its middle is as far from its ends' line as a point. */
export function bentRow(document: PlanDocument, key: Key, through: Point): PlanDocument {
  const found = findRow(document, key);
  if (found === null) return document;
  const { zone, row } = found;
  const seats = leftToRight(row.seats);
  const [first, last] = [seats[0], seats.at(-1)];
  if (first === undefined || last === undefined || seats.length < 3) return document;
  const [from, to] = [seatPoint(zone, row, first), seatPoint(zone, row, last)];
  const chord = distance(from, to);
  if (chord === 0) return document;
  const down =
    ((to.x - from.x) * (through.y - from.y) - (to.y - from.y) * (through.x - from.x)) / chord;
  const bend = (4 * Math.atan((2 * down) / chord) * 180) / Math.PI;
  const limited = Math.max(Math.min(bend, 350), -350);
  const straight = Math.abs(limited) < 1 ? 0 : rounded(Math.round(limited * 10) / 10);
  const points = onArc(first, last, straight, seats.length);
  const placeOf = new Map(seats.map((seat, place) => [seat.key, points[place]]));
  return mapPlan(document, {
    row: (one) =>
      one === row
        ? {
            ...row,
            json: withKey(row.json, 'curve', straight === 0 ? undefined : straight),
            seats: row.seats.map((seat) => {
              const point = placeOf.get(seat.key);
              return point === undefined ? seat : at(seat, point.x, point.y);
            }),
          }
        : one,
  });
}

/** Make a shape, or the picture, reach to a point with its lower right corner. */
export function resizedTo(document: PlanDocument, key: Key, corner: Point): PlanDocument {
  if (key === BACKGROUND) return resizedPicture(document, corner);
  const found = find(document, key);
  if (found?.kind !== 'area') return document;
  const { zone, area } = found;
  const offset = { x: corner.x - zone.x - area.x, y: corner.y - zone.y - area.y };
  const { x, y } = turned(offset, -numberAt(area.json, 'rotation'));
  const json = resizedBody(area.json, Math.max(x, 4), Math.max(y, 4));
  return mapPlan(document, { area: (one) => (one === area ? withJson(area, json) : one) });
}

function resizedBody(json: JsonObject, x: number, y: number): JsonObject {
  switch (textAt(json, 'shape')) {
    case 'rectangle': {
      const size = { width: rounded(x), height: rounded(y) };
      const text = json['text'];
      const centred = isObject(text)
        ? { text: { ...text, position: { x: rounded(x / 2), y: rounded(y / 2) } } }
        : {};
      return { ...json, rectangle: { ...objectAt(json, 'rectangle'), ...size }, ...centred };
    }
    case 'circle':
      return { ...json, circle: { radius: rounded(Math.hypot(x, y)) } };
    case 'ellipse': {
      // The corner is on the outline, between its two axes.
      const radius = { x: rounded(x * Math.SQRT2), y: rounded(y * Math.SQRT2) };
      return { ...json, ellipse: { radius } };
    }
    default:
      return json;
  }
}

/** The picture keeps its proportions. */
function resizedPicture(document: PlanDocument, corner: Point): PlanDocument {
  const image = objectAt(document.json, 'background');
  const [width, height] = [numberAt(image, 'width'), numberAt(image, 'height')];
  if (width <= 0 || height <= 0) return document;
  const wide = Math.max(corner.x - numberAt(image, 'x'), 10);
  const size = { width: rounded(wide), height: rounded((wide * height) / width) };
  return { ...document, json: { ...document.json, background: { ...image, ...size } } };
}

/** Move a corner of a polygon to a point. */
export function withCornerAt(
  document: PlanDocument,
  key: Key,
  corner: number,
  to: Point,
): PlanDocument {
  const found = find(document, key);
  if (found?.kind !== 'area') return document;
  const { zone, area } = found;
  const offset = { x: to.x - zone.x - area.x, y: to.y - zone.y - area.y };
  const { x, y } = turned(offset, -numberAt(area.json, 'rotation'));
  const polygon = objectAt(area.json, 'polygon');
  const points = objectsIn(polygon['points']).map((point, place) =>
    place === corner ? { ...point, x: rounded(x), y: rounded(y) } : point,
  );
  const json = { ...area.json, polygon: { ...polygon, points } };
  return mapPlan(document, { area: (one) => (one === area ? withJson(area, json) : one) });
}
