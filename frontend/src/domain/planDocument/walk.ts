import type { Point } from '@/domain/geometry';
import type { Area, Key, PlanDocument, Row, Seat, Zone } from '@/domain/planDocument/document';

/** An object of the plan with what contains it. */
export type Found =
  | { readonly kind: 'zone'; readonly zone: Zone }
  | { readonly kind: 'row'; readonly zone: Zone; readonly row: Row }
  | { readonly kind: 'seat'; readonly zone: Zone; readonly row: Row; readonly seat: Seat }
  | { readonly kind: 'area'; readonly zone: Zone; readonly area: Area };

const lookups = new WeakMap<PlanDocument, ReadonlyMap<Key, Found>>();

/** Return the object with this key. The first call for a document indexes it. */
export function find(document: PlanDocument, key: Key): Found | undefined {
  let lookup = lookups.get(document);
  if (lookup === undefined) {
    lookup = lookupOf(document);
    lookups.set(document, lookup);
  }
  return lookup.get(key);
}

export function findRow(document: PlanDocument, key: Key): { zone: Zone; row: Row } | null {
  const found = find(document, key);
  return found?.kind === 'row' ? found : null;
}

function lookupOf(document: PlanDocument): ReadonlyMap<Key, Found> {
  const lookup = new Map<Key, Found>();
  for (const zone of document.zones) {
    lookup.set(zone.key, { kind: 'zone', zone });
    for (const area of zone.areas) lookup.set(area.key, { kind: 'area', zone, area });
    for (const row of zone.rows) {
      lookup.set(row.key, { kind: 'row', zone, row });
      for (const seat of row.seats) lookup.set(seat.key, { kind: 'seat', zone, row, seat });
    }
  }
  return lookup;
}

/** What to do with each object; null removes it. Seats come before their row, rows before zones. */
export interface Changes {
  readonly seat?: (seat: Seat, row: Row, zone: Zone) => Seat | null;
  readonly row?: (row: Row, zone: Zone) => Row | null;
  readonly area?: (area: Area, zone: Zone) => Area | null;
  readonly zone?: (zone: Zone) => Zone | null;
}

/** Change the objects of a plan. What stays the same keeps its identity. */
export function mapPlan(document: PlanDocument, changes: Changes): PlanDocument {
  const { seat: onSeat, row: onRow, area: onArea, zone: onZone } = changes;
  const zones = mapList(document.zones, (zone) => {
    const rows =
      onSeat === undefined && onRow === undefined
        ? zone.rows
        : mapList(zone.rows, (row) => {
            const seats =
              onSeat === undefined
                ? row.seats
                : mapList(row.seats, (seat) => onSeat(seat, row, zone));
            const changed = seats === row.seats ? row : { ...row, seats };
            return onRow === undefined ? changed : onRow(changed, zone);
          });
    const areas =
      onArea === undefined ? zone.areas : mapList(zone.areas, (area) => onArea(area, zone));
    const changed = rows === zone.rows && areas === zone.areas ? zone : { ...zone, rows, areas };
    return onZone === undefined ? changed : onZone(changed);
  });
  return zones === document.zones ? document : { ...document, zones };
}

/** Map a list, leaving out null; the same list if no item changes. */
function mapList<T>(items: readonly T[], change: (item: T) => T | null): readonly T[] {
  let changed: T[] | null = null;
  for (let index = 0; index < items.length; index++) {
    const before = items[index] as T;
    const after = change(before);
    if (after === before && changed === null) continue;
    changed ??= items.slice(0, index);
    if (after !== null) changed.push(after);
  }
  return changed ?? items;
}

export function* rowsOf(document: PlanDocument): Generator<{ zone: Zone; row: Row }> {
  for (const zone of document.zones) for (const row of zone.rows) yield { zone, row };
}

export function seatPoint(zone: Zone, row: Row, seat: Seat): Point {
  return { x: zone.x + row.x + seat.x, y: zone.y + row.y + seat.y };
}

export function countSeats(document: PlanDocument): number {
  let count = 0;
  for (const { row } of rowsOf(document)) count += row.seats.length;
  return count;
}
