import { distance } from '@/domain/geometry';
import { makeZone, type NewId, randomId, relativeTo } from '@/domain/planDocument/build';
import {
  type Area,
  at,
  BACKGROUND,
  FOCAL_POINT,
  type Key,
  type PlanDocument,
  type Row,
  type Seat,
  withJson,
  type Zone,
} from '@/domain/planDocument/document';
import { type Json, type JsonObject, textAt, withKey } from '@/domain/planDocument/json';
import { mapPlan, rowsOf } from '@/domain/planDocument/walk';

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
  const rest = json === result.json ? result : { ...result, json };
  return rest === document ? document : withoutStrayCompanions(rest);
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
  const result = withSeatsOf(document, keys, (seat) => {
    const before = featuresOf(seat);
    if (before.includes(feature) === isSet) return seat;
    const after = isSet ? [...before, feature] : before.filter((one) => one !== feature);
    return withJson(seat, withKey(seat.json, 'features', after.length > 0 ? after : undefined));
  });
  return feature === 'accessible' ? withoutStrayCompanions(result) : result;
}

/** Make seats the companions of the accessible seat with this guid; empty for none. */
export function accompanying(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  guid: string,
): PlanDocument {
  return withSeatsOf(document, keys, (seat) => {
    const others = featuresOf(seat).filter((feature) => feature !== 'companion');
    const features = guid === '' ? others : [...others, 'companion'];
    const json = withKey(seat.json, 'features', features.length > 0 ? features : undefined);
    return withJson(seat, withKey(json, 'companion_of', guid === '' ? undefined : guid));
  });
}

/**
 * Make the seat beside each accessible seat among these objects its companion: the nearest of its
 * row that is neither accessible nor a companion. Seats that have a companion keep it.
 */
export function withCompanionsBeside(document: PlanDocument, keys: ReadonlySet<Key>): PlanDocument {
  const all = [...rowsOf(document)].flatMap(({ row }) => row.seats);
  const accompanied = new Set(all.map(({ json }) => textAt(json, 'companion_of')));
  const guids = new Map<Key, string>();
  for (const { row } of rowsOf(document)) {
    for (const seat of row.seats) {
      const guid = textAt(seat.json, 'seat_guid');
      if (!keys.has(seat.key) || !isAccessible(seat) || accompanied.has(guid)) continue;
      const free = row.seats.filter(
        (one) => !isAccessible(one) && !('companion_of' in one.json) && !guids.has(one.key),
      );
      const [beside] = free.sort((a, b) => distance(a, seat) - distance(b, seat));
      if (beside !== undefined) guids.set(beside.key, guid);
    }
  }
  let result = document;
  for (const [key, guid] of guids) result = accompanying(result, new Set([key]), guid);
  return result;
}

function isAccessible(seat: Seat): boolean {
  return featuresOf(seat).includes('accessible');
}

/** Companions whose accessible seat has gone become seats like any other. */
function withoutStrayCompanions(document: PlanDocument): PlanDocument {
  const accessible = new Set<string>();
  const strays = new Set<Key>();
  for (const { row } of rowsOf(document)) {
    for (const seat of row.seats) {
      if (isAccessible(seat)) accessible.add(textAt(seat.json, 'seat_guid'));
    }
  }
  for (const { row } of rowsOf(document)) {
    for (const { key, json } of row.seats) {
      if ('companion_of' in json && !accessible.has(textAt(json, 'companion_of'))) strays.add(key);
    }
  }
  return strays.size === 0 ? document : accompanying(document, strays, '');
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
