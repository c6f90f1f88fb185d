import { type Bounds, boundsOf } from '@/domain/geometry';
import { unionOf } from '@/domain/planDocument/bounds';
import type { Area, Key, PlanDocument, Row, Zone } from '@/domain/planDocument/document';
import { areaOutline, boundsOfRow } from '@/domain/planDocument/shapes';
import { mapPlan } from '@/domain/planDocument/walk';

/** The document with these objects alone. */
export function onlyThese(document: PlanDocument, keys: ReadonlySet<Key>): PlanDocument {
  return mapPlan(document, {
    seat: (seat, row, zone) =>
      keys.has(seat.key) || keys.has(row.key) || keys.has(zone.key) ? seat : null,
    row: (row, zone) =>
      row.seats.length > 0 || keys.has(row.key) || keys.has(zone.key) ? row : null,
    area: (area, zone) => (keys.has(area.key) || keys.has(zone.key) ? area : null),
    zone: (zone) => (zone.rows.length + zone.areas.length > 0 || keys.has(zone.key) ? zone : null),
  });
}

/** Where two documents are drawn differently, before and after; empty if nowhere. */
export function changedBoxes(before: PlanDocument, after: PlanDocument, radius: number): Bounds[] {
  const zones = pairs(before.zones, after.zones);
  return zones.flatMap(([was, is]) => {
    if (was === is) return [];
    const isSamePlace = was?.x === is?.x && was?.y === is?.y && nameOf(was) === nameOf(is);
    if (was === undefined || is === undefined || !isSamePlace) {
      return [was, is].flatMap((zone) => (zone === undefined ? [] : boxesOf(zone, radius)));
    }
    return [
      ...changedItems(was, is, was.rows, is.rows, (zone, row) => boundsOfRow(zone, row, radius)),
      ...changedItems(was, is, was.areas, is.areas, boundsOfArea),
    ];
  });
}

function changedItems<T extends Row | Area>(
  was: Zone,
  is: Zone,
  before: readonly T[],
  after: readonly T[],
  boundsIn: (zone: Zone, item: T) => Bounds,
): Bounds[] {
  if (before === after) return [];
  return pairs(before, after).flatMap(([one, other]) =>
    one === other
      ? []
      : [
          ...(one === undefined ? [] : [boundsIn(was, one)]),
          ...(other === undefined ? [] : [boundsIn(is, other)]),
        ],
  );
}

function boxesOf(zone: Zone, radius: number): Bounds[] {
  const whole = unionOf([
    ...zone.rows.map((row) => boundsOfRow(zone, row, radius)),
    ...zone.areas.map((area) => boundsOfArea(zone, area)),
  ]);
  return whole === null ? [] : [whole];
}

function boundsOfArea(zone: Zone, area: Area): Bounds {
  return boundsOf(areaOutline(zone, area), 2);
}

function nameOf(zone: Zone | undefined): unknown {
  return zone?.json['name'];
}

/** Items of two lists by key, each with its counterpart. */
function pairs<T extends { readonly key: Key }>(
  before: readonly T[],
  after: readonly T[],
): (readonly [T | undefined, T | undefined])[] {
  const olds = new Map(before.map((item) => [item.key, item]));
  const found = after.map((item) => {
    const old = olds.get(item.key);
    olds.delete(item.key);
    return [old, item] as const;
  });
  return [...found, ...[...olds.values()].map((item) => [item, undefined] as const)];
}
