import type { PoolFree } from '@/domain/feed/protocol';
import type { SectionSet } from '@/domain/feed/sectionSet';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** Seats that are counted together: of a section and price, or the places of a standing area. */
export interface Pool {
  readonly section: string;
  /** Of a standing area; else empty. */
  readonly group: string;
  readonly price: string;
}

/** The sections and pools of a layout, as the protocol numbers them. */
export interface Numbering {
  readonly sections: readonly { readonly name: string; readonly seatIndexes: readonly number[] }[];
  readonly numberByName: ReadonlyMap<string, number>;
  readonly pools: readonly Pool[];
}

const cache = new WeakMap<readonly SeatFacts[], Numbering>();

/** Return the numbering of all seats of a layout, which must be in index order. */
export function numberingOf(facts: readonly SeatFacts[]): Numbering {
  const numbering = cache.get(facts) ?? number(facts);
  cache.set(facts, numbering);
  return numbering;
}

/** Return the numbers of these seats' sections. */
export function sectionsOfSeats(
  { numberByName }: Numbering,
  seats: Iterable<SeatFacts | undefined>,
): SectionSet {
  const found = new Set<number>();
  for (const seat of seats) {
    const number = seat && numberByName.get(seat.section);
    if (number !== undefined) found.add(number);
  }
  return found;
}

export interface PoolCount extends Pool {
  readonly free: number;
}

/** The pools of each section. */
export type FreeCounts = ReadonlyMap<string, readonly PoolCount[]>;

/** Return the numbers of free seats by pool, some of which have changed. */
export function withFree(before: readonly number[], changed: readonly PoolFree[]): number[] {
  const free = [...before];
  for (const { pool, free: count } of changed) free[pool] = count;
  return free;
}

export function freeCounts({ pools }: Numbering, free: readonly number[]): FreeCounts {
  const counts = new Map<string, PoolCount[]>();
  pools.forEach((pool, place) => {
    const count = { ...pool, free: free[place] ?? 0 };
    const others = counts.get(pool.section);
    if (others === undefined) counts.set(pool.section, [count]);
    else others.push(count);
  });
  return counts;
}

/** Return the pools of a section's seats, or of one of its standing areas. */
export function poolsOf(
  counts: FreeCounts | null,
  section: string,
  group = '',
): readonly PoolCount[] {
  return counts?.get(section)?.filter((pool) => pool.group === group) ?? [];
}

export function sumFree(pools: readonly PoolCount[]): number {
  return pools.reduce((sum, { free }) => sum + free, 0);
}

function number(facts: readonly SeatFacts[]): Numbering {
  const sections: { name: string; seatIndexes: number[] }[] = [];
  const numberByName = new Map<string, number>();
  const pools = new Map<string, Pool>();
  let last: Pool | null = null;
  for (const { index, section, price, isPlace, group } of facts) {
    let place = numberByName.get(section);
    if (place === undefined) {
      place = sections.push({ name: section, seatIndexes: [] }) - 1;
      numberByName.set(section, place);
    }
    sections[place]?.seatIndexes.push(index);
    const pool = { section, group: isPlace ? group : '', price };
    if (last !== null && isSamePool(pool, last)) continue;
    last = pool;
    const key = JSON.stringify(pool);
    if (!pools.has(key)) pools.set(key, pool);
  }
  return { sections, numberByName, pools: [...pools.values()] };
}

function isSamePool(some: Pool, other: Pool): boolean {
  return some.section === other.section && some.group === other.group && some.price === other.price;
}
