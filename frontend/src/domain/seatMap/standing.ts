import type { Point } from '@/domain/geometry';
import { grouped } from '@/domain/grouped';
import { type FreeCounts, poolsOf, sumFree } from '@/domain/seatMap/numbering';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';

/** A standing area, whose places are interchangeable. */
export interface StandingArea {
  /** Its name in the plan. */
  readonly group: string;
  readonly name: string;
  readonly price: string;
  readonly categoryId: number | null;
  readonly middle: Point;
  readonly seatIndexes: readonly number[];
}

export function standingAreasOf(facts: readonly SeatFacts[]): readonly StandingArea[] {
  const areas = grouped(
    facts.filter(({ isPlace }) => isPlace),
    ({ group }) => group,
  );
  return [...areas].flatMap(([group, places]) => {
    const [first] = places;
    if (first === undefined) return [];
    const { section: name, price, categoryId, x, y } = first;
    const seatIndexes = places.map(({ index }) => index);
    return { group, name, price, categoryId, middle: { x, y }, seatIndexes };
  });
}

/** The groups of the areas without a free place. */
export function fullAreas(
  areas: readonly StandingArea[],
  seats: readonly MapSeat[],
  counts: FreeCounts | null,
): ReadonlySet<string> {
  const full = areas.filter((area) => leftIn(area, seats, counts) === 0);
  return new Set(full.map(({ group }) => group));
}

/** How many places of an area are free, by `counts` if their states are unknown. */
export function leftIn(
  { group, name, seatIndexes }: StandingArea,
  seats: readonly MapSeat[],
  counts: FreeCounts | null,
): number {
  let left = 0;
  for (const index of seatIndexes) {
    const status = seats[index]?.status;
    if (status === 'unknown') return sumFree(poolsOf(counts, name, group));
    if (status === 'available') left += 1;
  }
  return left;
}
