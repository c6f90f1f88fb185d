import { type Bounds, boundsOf, distance, overlap, type Point } from '@/domain/geometry';
import {
  BACKGROUND,
  FOCAL_POINT,
  type Key,
  type PlanDocument,
  type Row,
  type Zone,
} from '@/domain/planDocument/document';
import { textAt } from '@/domain/planDocument/json';
import {
  areaOutline,
  boundsOfRow,
  seatRadius,
  standingOf,
  tableOf,
  tableOutline,
} from '@/domain/planDocument/shapes';
import { find, type Found, seatPoint } from '@/domain/planDocument/walk';

/** What a click selects. */
export type Level = 'zone' | 'row' | 'seat';

export type IsVisible = (zone: Zone) => boolean;

const always: IsVisible = () => true;

/** All objects of a level; areas belong to rows and seats too. */
export function allOf(document: PlanDocument, level: Level, isVisible = always): Set<Key> {
  const keys = new Set<Key>();
  for (const zone of document.zones.filter(isVisible)) {
    if (level === 'zone') keys.add(zone.key);
    else for (const area of zone.areas) keys.add(area.key);
    if (level === 'row') for (const row of zone.rows) keys.add(row.key);
    if (level === 'seat')
      for (const row of zone.rows) for (const { key } of row.seats) keys.add(key);
  }
  return keys;
}

/** The objects that lie within bounds; rows as soon as one of their seats does. */
export function within(
  document: PlanDocument,
  bounds: Bounds,
  level: Level,
  isVisible = always,
): Set<Key> {
  const keys = new Set<Key>();
  for (const zone of document.zones.filter(isVisible)) {
    for (const row of zone.rows) {
      if (!overlap(boundsOfRow(zone, row, 0), bounds)) continue;
      for (const seat of row.seats) {
        if (!contains(bounds, seatPoint(zone, row, seat))) continue;
        keys.add(keyAt(level, zone, row, seat.key));
        if (level !== 'seat') break;
      }
    }
    for (const area of zone.areas) {
      const own = boundsOf(areaOutline(zone, area), 0);
      const isInside = contains(bounds, own) && contains(bounds, farCorner(own));
      if (isInside) keys.add(level === 'zone' ? zone.key : area.key);
    }
  }
  return keys;
}

function keyAt(level: Level, zone: Zone, row: Row, seat: Key): Key {
  return level === 'zone' ? zone.key : level === 'row' ? row.key : seat;
}

/** The topmost object at a point: a seat, then a table, then the latest area. */
export function objectAt(
  document: PlanDocument,
  point: Point,
  level: Level,
  reach: number,
  isVisible = always,
): Key | null {
  const zones = document.zones.filter(isVisible);
  const radius = Math.max(seatRadius(document), reach);
  let nearest: { key: Key; away: number } | null = null;
  for (const zone of zones) {
    for (const row of zone.rows) {
      if (!contains(boundsOfRow(zone, row, radius), point)) continue;
      for (const seat of row.seats) {
        const away = distance(seatPoint(zone, row, seat), point);
        if (away > radius || (nearest !== null && away >= nearest.away)) continue;
        nearest = { key: keyAt(level, zone, row, seat.key), away };
      }
    }
  }
  if (nearest !== null) return nearest.key;
  for (const zone of zones.toReversed()) {
    for (const row of zone.rows) {
      const outline = tableOutline(zone, row);
      if (outline !== null && isInside(point, outline)) {
        return level === 'zone' ? zone.key : row.key;
      }
    }
  }
  for (const zone of zones.toReversed()) {
    for (const area of zone.areas.toReversed()) {
      if (isInside(point, areaOutline(zone, area))) return level === 'zone' ? zone.key : area.key;
    }
  }
  return null;
}

/** All objects of the same kind as the selected ones: seats, rows, tables, shapes, texts… */
export function sameKind(document: PlanDocument, keys: ReadonlySet<Key>): Set<Key> {
  const kinds = new Set([...keys].map((key) => kindOf(find(document, key))));
  return filtered(document, (found) => kinds.has(kindOf(found)));
}

/** All seats in the rows of the selected objects. */
export function sameRow(document: PlanDocument, keys: ReadonlySet<Key>): Set<Key> {
  const rows = new Set(
    [...keys].flatMap((key) => {
      const found = find(document, key);
      return found?.kind === 'seat' || found?.kind === 'row' ? [found.row.key] : [];
    }),
  );
  return filtered(document, (found) => found.kind === 'seat' && rows.has(found.row.key));
}

/** Everything like the selected objects that is in their sections. */
export function sameSection(document: PlanDocument, keys: ReadonlySet<Key>): Set<Key> {
  const zones = new Set([...keys].map((key) => find(document, key)?.zone.key));
  const kinds = new Set([...keys].map((key) => find(document, key)?.kind));
  return filtered(document, (found) => zones.has(found.zone.key) && kinds.has(found.kind));
}

/** All seats of the selected seats' categories. */
export function sameCategory(document: PlanDocument, keys: ReadonlySet<Key>): Set<Key> {
  const categories = new Set([...keys].flatMap((key) => categoriesAt(find(document, key))));
  return filtered(
    document,
    (found) => found.kind === 'seat' && categories.has(textAt(found.seat.json, 'category')),
  );
}

function categoriesAt(found: Found | undefined): string[] {
  if (found?.kind === 'seat') return [textAt(found.seat.json, 'category')];
  if (found?.kind === 'row') return found.row.seats.map((seat) => textAt(seat.json, 'category'));
  return [];
}

export type Kind = 'seat' | 'row' | 'table' | 'zone' | 'standing' | 'shape' | 'text' | 'none';

export function kindOf(found: Found | undefined): Kind {
  switch (found?.kind) {
    case undefined:
      return 'none';
    case 'row':
      return tableOf(found.row) === null ? 'row' : 'table';
    case 'area':
      if (standingOf(found.area) !== null) return 'standing';
      return textAt(found.area.json, 'shape') === 'text' ? 'text' : 'shape';
    case 'seat':
    case 'zone':
      return found.kind;
  }
}

function filtered(document: PlanDocument, isWanted: (found: Found) => boolean): Set<Key> {
  const keys = new Set<Key>();
  for (const zone of document.zones) {
    if (isWanted({ kind: 'zone', zone })) keys.add(zone.key);
    for (const area of zone.areas) if (isWanted({ kind: 'area', zone, area })) keys.add(area.key);
    for (const row of zone.rows) {
      if (isWanted({ kind: 'row', zone, row })) keys.add(row.key);
      for (const seat of row.seats) {
        if (isWanted({ kind: 'seat', zone, row, seat })) keys.add(seat.key);
      }
    }
  }
  return keys;
}

/** Leave out what is no longer in the plan. */
export function stillThere(document: PlanDocument, keys: ReadonlySet<Key>): ReadonlySet<Key> {
  const kept = [...keys].filter(
    (key) => key === FOCAL_POINT || key === BACKGROUND || find(document, key) !== undefined,
  );
  return kept.length === keys.size ? keys : new Set(kept);
}

export function isInside({ x, y }: Point, outline: readonly Point[]): boolean {
  let inside = false;
  outline.forEach((to, place) => {
    const from = outline.at(place - 1) ?? to;
    const crosses = from.y > y !== to.y > y;
    if (crosses && x < ((to.x - from.x) * (y - from.y)) / (to.y - from.y) + from.x)
      inside = !inside;
  });
  return inside;
}

function contains(box: Bounds, { x, y }: Point): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

function farCorner({ x, y, width, height }: Bounds): Point {
  return { x: x + width, y: y + height };
}
