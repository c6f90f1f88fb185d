import { assertNever } from '@/domain/assertNever';
import type { MapSeat } from '@/domain/seatMap/seats';

/** Seats by status. */
export interface SeatCounts {
  readonly total: number;
  readonly free: number;
  readonly held: number;
  readonly sold: number;
  readonly blocked: number;
}

export interface SectionCounts extends SeatCounts {
  readonly name: string;
}

export interface HallCounts extends SeatCounts {
  /** In seat list order. */
  readonly sections: readonly SectionCounts[];
}

interface Counting {
  free: number;
  held: number;
  sold: number;
  blocked: number;
}

/** Count the seats by section, in one pass. */
export function countSeats(seats: readonly MapSeat[]): HallCounts {
  const sections = new Map<string, Counting>();
  for (const { facts, status } of seats) {
    let section = sections.get(facts.section);
    if (section === undefined) sections.set(facts.section, (section = nothingCounted()));
    switch (status) {
      case 'available':
        section.free += 1;
        break;
      case 'mine':
      case 'locked':
        section.held += 1;
        break;
      case 'reserved':
        section.sold += 1;
        break;
      case 'blocked':
        section.blocked += 1;
        break;
      case 'unknown':
        break;
      default:
        assertNever(status);
    }
  }
  return {
    ...counted([...sections.values()].reduce(sumOf, nothingCounted())),
    sections: [...sections].map(([name, counting]) => ({ name, ...counted(counting) })),
  };
}

/** Share of the sellable seats that is sold. */
export function soldShare({ total, blocked, sold }: SeatCounts): number {
  const forSale = total - blocked;
  return forSale === 0 ? 0 : sold / forSale;
}

function nothingCounted(): Counting {
  return { free: 0, held: 0, sold: 0, blocked: 0 };
}

function sumOf(a: Counting, b: Counting): Counting {
  return {
    free: a.free + b.free,
    held: a.held + b.held,
    sold: a.sold + b.sold,
    blocked: a.blocked + b.blocked,
  };
}

function counted(counts: Counting): SeatCounts {
  return {
    ...counts,
    total: counts.free + counts.held + counts.sold + counts.blocked,
  };
}
