import { distance, type Point } from '@/domain/geometry';
import { grouped } from '@/domain/grouped';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** A table that is sold as a whole. */
export interface Table {
  /** The first of its seats. */
  readonly index: number;
  /** The space between its seats. */
  readonly top: Point & { readonly radius: number };
}

/** The seats with those that are sold together with them, each once. */
export function withTables(
  seats: readonly SeatFacts[],
  all: readonly SeatFacts[],
): readonly SeatFacts[] {
  const groups = new Set(seats.flatMap(({ isSoldWhole, group }) => (isSoldWhole ? group : [])));
  if (groups.size === 0) return seats;
  return [
    ...seats.filter(({ isSoldWhole }) => !isSoldWhole),
    ...all.filter(({ isSoldWhole, group }) => isSoldWhole && groups.has(group)),
  ];
}

/** Items of seats, grouped by what is sold apart: each seat alone, a whole table together. */
export function soldApart<Item>(
  items: readonly Item[],
  factsOf: (item: Item) => SeatFacts,
): readonly (readonly Item[])[] {
  const groups = grouped(items, (item) => {
    const { id, group, isSoldWhole } = factsOf(item);
    return isSoldWhole ? group : id;
  });
  return [...groups.values()];
}

export function tablesOf(facts: readonly SeatFacts[]): readonly Table[] {
  const tables = grouped(
    facts.filter(({ isSoldWhole }) => isSoldWhole),
    ({ group }) => group,
  );
  return [...tables.values()].flatMap((seats) => {
    const [first] = seats;
    if (first === undefined) return [];
    const x = seats.reduce((sum, seat) => sum + seat.x, 0) / seats.length;
    const y = seats.reduce((sum, seat) => sum + seat.y, 0) / seats.length;
    const radius = Math.min(...seats.map((seat) => distance(seat, { x, y })));
    return { index: first.index, top: { x, y, radius } };
  });
}
