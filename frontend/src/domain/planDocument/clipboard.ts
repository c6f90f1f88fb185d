import { type NewId, randomId, withAreas, withRows, withZone } from '@/domain/planDocument/build';
import {
  type Area,
  areaFrom,
  at,
  jsonOfRow,
  jsonOfZone,
  type Key,
  type PlanDocument,
  type Row,
  rowFrom,
  zoneFrom,
} from '@/domain/planDocument/document';
import { categoriesOf } from '@/domain/planDocument/categories';
import {
  isObject,
  type Json,
  type JsonObject,
  objectsIn,
  textAt,
  withKey,
} from '@/domain/planDocument/json';
import { find } from '@/domain/planDocument/walk';

/** Marks a text as a part of a plan. */
const MARK = 'seatcast-plan-part';

/**
 * Return objects as text, for the clipboard: whole sections, rows and areas, and rows with the
 * selected seats alone. Positions are those in the plan.
 */
export function copied(document: PlanDocument, keys: ReadonlySet<Key>): string | null {
  const zones: JsonObject[] = [];
  const rows: JsonObject[] = [];
  const areas: JsonObject[] = [];
  for (const zone of document.zones) {
    if (keys.has(zone.key)) {
      zones.push(jsonOfZone(zone));
      continue;
    }
    for (const row of zone.rows) {
      const seats = keys.has(row.key) ? row.seats : row.seats.filter(({ key }) => keys.has(key));
      if (seats.length > 0) {
        rows.push(jsonOfRow(at({ ...row, seats }, zone.x + row.x, zone.y + row.y)));
      }
    }
    for (const area of zone.areas) {
      if (keys.has(area.key)) areas.push(at(area, zone.x + area.x, zone.y + area.y).json);
    }
  }
  if (zones.length + rows.length + areas.length === 0) return null;
  const categories = objectsIn(document.json['categories']);
  return JSON.stringify({ [MARK]: 1, categories, zones, rows, areas });
}

export interface Pasted {
  readonly document: PlanDocument;
  readonly keys: ReadonlySet<Key>;
}

/**
 * Add what was copied, moved by `offset`; null if the text is no part of a plan. Rows and areas go
 * to the section `zone`. Everything gets identifiers of its own, and categories that the plan does
 * not have are added.
 */
export function pasted(
  document: PlanDocument,
  text: string,
  zone: Key,
  offset: number,
  newId: NewId = randomId,
): Pasted | null {
  const part = parsed(text);
  if (part === null || find(document, zone)?.kind !== 'zone') return null;
  const rows = objectsIn(part['rows']).map((json) => moved(rowFrom(freshRow(json, newId)), offset));
  const areas = objectsIn(part['areas']).map((json) =>
    moved(areaFrom(freshArea(json, newId)), offset),
  );
  const zones = objectsIn(part['zones']).map((json) => {
    const made = zoneFrom(freshZone(json, newId));
    return at(made, made.x + offset, made.y + offset);
  });
  let result = withAreas(withRows(document, zone, rows), zone, areas);
  for (const added of zones) result = withZone(result, added);
  const known = new Set(categoriesOf(document).map(({ name }) => name));
  const used = categoriesUsed(part);
  const missing = objectsIn(part['categories']).filter((category) => {
    const name = textAt(category, 'name');
    return used.has(name) && !known.has(name);
  });
  if (missing.length > 0) {
    const categories = [...objectsIn(result.json['categories']), ...missing];
    result = { ...result, json: { ...result.json, categories } };
  }
  const keys = new Set([...rows, ...areas, ...zones].map(({ key }) => key));
  return keys.size === 0 ? null : { document: result, keys };
}

function parsed(text: string): JsonObject | null {
  if (!text.startsWith(`{"${MARK}"`)) return null;
  try {
    const json = JSON.parse(text) as Json;
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

function moved<T extends Row | Area>(item: T, offset: number): T {
  return at(item, item.x + offset, item.y + offset);
}

function freshZone(json: JsonObject, newId: NewId): JsonObject {
  const id = newId();
  return {
    ...json,
    ...('uuid' in json && { uuid: id }),
    ...('zone_id' in json && { zone_id: id }),
    rows: objectsIn(json['rows']).map((row) => freshRow(row, newId)),
    areas: objectsIn(json['areas']).map((area) => freshArea(area, newId)),
  };
}

/** Companions stay with their accessible seat if it is copied too. */
function freshRow(json: JsonObject, newId: NewId): JsonObject {
  const seats = objectsIn(json['seats']);
  const ids = new Map(seats.map((seat) => [textAt(seat, 'seat_guid'), newId()]));
  return {
    ...json,
    ...('uuid' in json && { uuid: newId() }),
    seats: seats.map((seat) => {
      const companion = ids.get(textAt(seat, 'companion_of'));
      const fresh = withKey(seat, 'companion_of', companion);
      return {
        ...fresh,
        seat_guid: ids.get(textAt(seat, 'seat_guid')) ?? newId(),
        ...('uuid' in seat && { uuid: newId() }),
      };
    }),
  };
}

function freshArea(json: JsonObject, newId: NewId): JsonObject {
  const standing = json['standing'];
  return {
    ...json,
    ...('uuid' in json && { uuid: newId() }),
    ...(isObject(standing) && { standing: { ...standing, guid: newId() } }),
  };
}

function categoriesUsed(part: JsonObject): Set<string> {
  const rows = [
    ...objectsIn(part['rows']),
    ...objectsIn(part['zones']).flatMap((zone) => objectsIn(zone['rows'])),
  ];
  const areas = [
    ...objectsIn(part['areas']),
    ...objectsIn(part['zones']).flatMap((zone) => objectsIn(zone['areas'])),
  ];
  return new Set([
    ...rows.flatMap((row) => objectsIn(row['seats']).map((seat) => textAt(seat, 'category'))),
    ...areas.flatMap(({ standing }) =>
      standing !== undefined && isObject(standing) ? [textAt(standing, 'category')] : [],
    ),
  ]);
}
