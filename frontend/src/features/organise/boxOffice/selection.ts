/** What the box office has selected on the map, and what can be done with it. */

import type { AllocatedSeats } from '@/api/types';
import type { DisplayStatus, MapSeat, SeatFacts } from '@/domain/seatMap/seats';

/** The seats that are selected, by id, each with its status when it was selected. */
export type Selection = ReadonlyMap<number, DisplayStatus>;

export const NOTHING: Selection = new Map();

/** What can be done with the selected seats; all of it needs at least one seat. */
export interface Possible {
  /** Whether they can be sold, given away or kept. */
  readonly canSell: boolean;
  /** The allocation that seats of the sale are from; null if all are free. */
  readonly from: AllocatedSeats | null;
  readonly canUnblock: boolean;
  readonly canRelease: boolean;
}

/**
 * Add seats to a selection, with the rest of the tables that are sold as a whole.
 *
 * Of a table that is taken in part the rest is what can be sold, or what the same person has: a
 * plan may have made it a whole one, or larger, since then.
 */
export function withSeats(
  selection: Selection,
  picked: readonly MapSeat[],
  seats: readonly MapSeat[],
): Selection {
  return new Map([...selection, ...wholeTables(picked, seats).map(entryOf)]);
}

/** Select seats that are not selected, or leave them out if all of them are. */
export function toggled(
  selection: Selection,
  picked: readonly MapSeat[],
  seats: readonly MapSeat[],
): Selection {
  const all = wholeTables(picked, seats);
  if (!all.every(({ facts: { id } }) => selection.has(id))) {
    return withSeats(selection, picked, seats);
  }
  const left = new Map(selection);
  for (const { facts } of all) left.delete(facts.id);
  return left;
}

export function selectedSeats(
  selection: Selection,
  seats: readonly MapSeat[],
  indexById: ReadonlyMap<number, number>,
): readonly MapSeat[] {
  return [...selection.keys()]
    .map((id) => indexById.get(id) ?? -1)
    .sort((one, other) => one - other)
    .flatMap((index) => seats[index] ?? []);
}

/** The selected seats that are not as they were when they were selected. */
export function changedSeats(
  selection: Selection,
  selected: readonly MapSeat[],
): readonly MapSeat[] {
  return selected.filter(({ facts: { id }, status }) => selection.get(id) !== status);
}

export function possibleWith(
  selected: readonly MapSeat[],
  allocations: readonly AllocatedSeats[],
): Possible {
  const having = (status: DisplayStatus) => selected.filter((seat) => seat.status === status);
  const [free, blocked] = [having('available'), having('blocked')];
  const [first] = blocked;
  const from =
    first === undefined
      ? null
      : (allocations.find(({ seat_ids: ids }) => ids.includes(first.facts.id)) ?? null);
  const areOfOne =
    first === undefined ||
    (from !== null && blocked.every(({ facts: { id } }) => from.seat_ids.includes(id)));
  const count = selected.length;
  return {
    canSell: count > 0 && free.length + blocked.length === count && areOfOne,
    from,
    canUnblock: count > 0 && blocked.length === count,
    canRelease: count > 0 && having('locked').length === count,
  };
}

/** Seats by their names, separated by commas; those that are not found are `unknown`. */
export function seatsByName(
  text: string,
  facts: readonly SeatFacts[],
): { readonly found: readonly number[]; readonly unknown: readonly string[] } {
  const names = text.split(',').flatMap((name) => name.trim() || []);
  const byName = new Map(facts.map(({ seatNumber, index }) => [seatNumber.toLowerCase(), index]));
  const found = names.map((name) => [name, byName.get(name.toLowerCase())] as const);
  return {
    found: found.flatMap(([, index]) => index ?? []),
    unknown: found.flatMap(([name, index]) => (index === undefined ? [name] : [])),
  };
}

function entryOf({ facts: { id }, status }: MapSeat): readonly [number, DisplayStatus] {
  return [id, status];
}

function wholeTables(picked: readonly MapSeat[], seats: readonly MapSeat[]): readonly MapSeat[] {
  const tables = new Set(picked.flatMap((seat) => (seat.facts.isSoldWhole ? [partOf(seat)] : [])));
  if (tables.size === 0) return picked;
  const rest = seats.filter((seat) => seat.facts.isSoldWhole && tables.has(partOf(seat)));
  return [...new Set([...picked, ...rest])];
}

/** Names the part of a table that is sold or released at once. */
function partOf({ facts: { group }, status, holder }: MapSeat): string {
  const isForSale = status === 'available' || status === 'blocked';
  return JSON.stringify(isForSale ? [group] : [group, status, holder]);
}
