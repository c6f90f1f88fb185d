import { type Point } from '@/domain/geometry';
import { makeSeat, makeZone, type NewId, randomId, relativeTo } from '@/domain/planDocument/build';
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
  type Json,
  type JsonObject,
  numberAt,
  objectsIn,
  textAt,
  withKey,
} from '@/domain/planDocument/json';
import { leftToRight } from '@/domain/planDocument/numbering';
import { arcLength, onArc } from '@/domain/planDocument/paths';
import { radiusOfRow } from '@/domain/planDocument/tables';
import { mapPlan } from '@/domain/planDocument/walk';

/** Remove objects with what they contain. Rows without seats go with their last seat. */
export function removed(document: PlanDocument, keys: ReadonlySet<Key>): PlanDocument {
  const emptied = new Set<Key>();
  const result = mapPlan(document, {
    seat: (seat, row) => {
      if (!keys.has(seat.key)) return seat;
      emptied.add(row.key);
      return null;
    },
    row: (row) => {
      const hasLostAll = row.seats.length === 0 && emptied.has(row.key);
      return keys.has(row.key) || hasLostAll ? null : row;
    },
    area: (area) => (keys.has(area.key) ? null : area),
    zone: (zone) => (keys.has(zone.key) ? null : zone),
  });
  let json = result.json;
  if (keys.has(FOCAL_POINT)) json = withKey(json, 'focal_point', undefined);
  if (keys.has(BACKGROUND)) json = withKey(json, 'background', undefined);
  return json === result.json ? result : { ...result, json };
}

/** Change the JSON of the objects with these keys. */
export function withJsonOf(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  change: (json: JsonObject, kind: 'seat' | 'row' | 'area' | 'zone') => JsonObject,
): PlanDocument {
  const edit = <T extends Seat | Row | Area | Zone>(item: T): T => {
    if (!keys.has(item.key)) return item;
    const json = change(item.json, item.kind);
    return json === item.json ? item : withJson(item, json);
  };
  return mapPlan(document, { seat: edit, row: edit, area: edit, zone: edit });
}

/** Change the seats among these objects, and those in them. */
export function withSeatsOf(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  change: (seat: Seat) => Seat,
): PlanDocument {
  return mapPlan(document, {
    seat: (seat, row, zone) =>
      keys.has(seat.key) || keys.has(row.key) || keys.has(zone.key) ? change(seat) : seat,
  });
}

/** Give seats, and standing areas, a category by its name. */
export function categorised(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  category: string,
): PlanDocument {
  const seats = withSeatsOf(document, keys, (seat) =>
    textAt(seat.json, 'category') === category ? seat : withJson(seat, { ...seat.json, category }),
  );
  return mapPlan(seats, {
    area: (area, zone) => {
      const standing = area.json['standing'];
      if (!keys.has(area.key) && !keys.has(zone.key)) return area;
      if (typeof standing !== 'object' || standing === null) return area;
      return withJson(area, { ...area.json, standing: { ...(standing as JsonObject), category } });
    },
  });
}

/** Set or clear a feature of seats, such as `accessible`. */
export function featured(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  feature: string,
  isSet: boolean,
): PlanDocument {
  return withSeatsOf(document, keys, (seat) => {
    const before = featuresOf(seat);
    if (before.includes(feature) === isSet) return seat;
    const after = isSet ? [...before, feature] : before.filter((one) => one !== feature);
    return withJson(seat, withKey(seat.json, 'features', after.length > 0 ? after : undefined));
  });
}

export function featuresOf({ json }: Seat): string[] {
  const features = json['features'];
  return Array.isArray(features)
    ? (features as Json[]).filter((feature) => typeof feature === 'string')
    : [];
}

/** Move rows and areas to another section; they stay where they are drawn. */
export function inZone(document: PlanDocument, keys: ReadonlySet<Key>, target: Key): PlanDocument {
  const rows: Row[] = [];
  const areas: Area[] = [];
  const collect = <T extends Row | Area>(item: T, zone: Zone, into: T[]): T | null => {
    if (!keys.has(item.key) || zone.key === target) return item;
    into.push(at(item, zone.x + item.x, zone.y + item.y));
    return null;
  };
  const without = mapPlan(document, {
    row: (row, zone) => collect(row, zone, rows),
    area: (area, zone) => collect(area, zone, areas),
  });
  if (rows.length + areas.length === 0) return document;
  return mapPlan(without, {
    zone: (zone) =>
      zone.key === target
        ? {
            ...zone,
            rows: [...zone.rows, ...rows.map((row) => relativeTo(zone, row))],
            areas: [...zone.areas, ...areas.map((area) => relativeTo(zone, area))],
          }
        : zone,
  });
}

/** Add a section and return its key. */
export function withNewZone(
  document: PlanDocument,
  name: string,
  floor: string | null,
  newId: NewId = randomId,
): { document: PlanDocument; key: Key } {
  const zone = makeZone(name, floor, newId);
  return { document: { ...document, zones: [...document.zones, zone] }, key: zone.key };
}

export interface RowShape {
  readonly count: number;
  /** Between the seats, along the row. */
  readonly spacing: number;
  /** In degrees; 0 is straight. */
  readonly bend: number;
}

/** How a row is laid out now. */
export function rowShapeOf(row: Row): RowShape {
  const seats = leftToRight(row.seats);
  const [first, last] = [seats[0], seats.at(-1)];
  const bend = numberAt(row.json, 'curve');
  if (first === undefined || last === undefined || seats.length < 2) {
    return { count: seats.length, spacing: 2.4 * radiusOfRow(row, 10), bend };
  }
  return { count: seats.length, spacing: arcLength(first, last, bend) / (seats.length - 1), bend };
}

/** Lay a row out anew around its middle; seats that stay keep their identity and number. */
export function relaidRow(
  document: PlanDocument,
  key: Key,
  { count, spacing, bend }: RowShape,
  newId: NewId = randomId,
): PlanDocument {
  return mapPlan(document, {
    row: (row) => {
      const seats = leftToRight(row.seats);
      const [first, last] = [seats[0], seats.at(-1)];
      if (row.key !== key || first === undefined || last === undefined) return row;
      const points = relaidPoints(first, last, numberAt(row.json, 'curve'), {
        count,
        spacing,
        bend,
      });
      const style = { category: textAt(last.json, 'category'), radius: radiusOfRow(row, 10) };
      const kept = points.map((point, place) => {
        const seat = seats[place];
        if (seat !== undefined) return at(seat, point.x, point.y);
        return makeSeat(point, String(place + 1), style, newId);
      });
      const json = withKey(row.json, 'curve', bend === 0 ? undefined : rounded(bend));
      return { ...row, seats: kept, json };
    },
  });
}

function relaidPoints(first: Point, last: Point, before: number, shape: RowShape): Point[] {
  const { count, spacing, bend } = shape;
  const angle = first === last ? 0 : Math.atan2(last.y - first.y, last.x - first.x);
  const arc = (Math.abs(bend) * Math.PI) / 360;
  const length = (count - 1) * spacing;
  const chord = arc === 0 ? length : (length * Math.sin(arc)) / arc;
  const middle = onArc(first, last, before, 3)[1] ?? first;
  const sag = arc === 0 ? 0 : (Math.sign(bend) * chord * Math.tan(arc / 2)) / 2;
  // The seat in the middle of the row stays in its place.
  const [cx, cy] = [middle.x + sag * Math.sin(angle), middle.y - sag * Math.cos(angle)];
  const [dx, dy] = [(Math.cos(angle) * chord) / 2, (Math.sin(angle) * chord) / 2];
  return onArc({ x: cx - dx, y: cy - dy }, { x: cx + dx, y: cy + dy }, bend, count);
}

export interface Category {
  readonly name: string;
  readonly color: string;
}

export function categoriesOf({ json }: PlanDocument): Category[] {
  return objectsIn(json['categories']).map((category) => ({
    name: textAt(category, 'name'),
    color: textAt(category, 'color') || '#7c8797',
  }));
}

/** Add, rename, recolour or remove a category; its seats follow a new name. */
export function withCategory(
  document: PlanDocument,
  name: string | null,
  category: Category | null,
): PlanDocument {
  const before = objectsIn(document.json['categories']);
  const after =
    name === null
      ? [...before, ...(category === null ? [] : [{ ...category }])]
      : before.flatMap((json) =>
          textAt(json, 'name') !== name
            ? [json]
            : category === null
              ? []
              : [{ ...json, ...category }],
        );
  const changed = { ...document, json: { ...document.json, categories: after } };
  if (name === null || category?.name === name) return changed;
  const replacement = category?.name ?? '';
  const all = new Set(changed.zones.map(({ key }) => key));
  return mapPlan(
    withSeatsOf(changed, all, (seat) =>
      textAt(seat.json, 'category') === name
        ? withJson(seat, { ...seat.json, category: replacement })
        : seat,
    ),
    {
      area: (area) => {
        const standing = area.json['standing'];
        if (typeof standing !== 'object' || standing === null) return area;
        if ((standing as JsonObject)['category'] !== name) return area;
        return withJson(area, {
          ...area.json,
          standing: { ...(standing as JsonObject), category: replacement },
        });
      },
    },
  );
}
