import type { Point } from '@/domain/geometry';
import { grouped } from '@/domain/grouped';
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
): ReadonlySet<string> {
  const full = areas.filter(
    ({ seatIndexes }) => !seatIndexes.some((index) => seats[index]?.status === 'available'),
  );
  return new Set(full.map(({ group }) => group));
}

/** How many places of an area are free. */
export function leftIn({ seatIndexes }: StandingArea, seats: readonly MapSeat[]): number {
  let left = 0;
  for (const index of seatIndexes) if (seats[index]?.status === 'available') left += 1;
  return left;
}
