import type { DisplayStatus, MapSeat } from '@/domain/seatMap/seats';

export interface LogEntry {
  readonly id: number;
  readonly at: number;
  readonly seatNumber: string;
  readonly section: string;
  readonly status: DisplayStatus;
  readonly holder: string | null;
}

/** What changed since the page was opened, newest first, at most `MAX_ENTRIES`. */
export type SaleLog = readonly LogEntry[];

const MAX_ENTRIES = 24;

/** Add the differences between two states of the same seats, at `now` by the server's clock. */
export function appendChanges(
  log: SaleLog,
  before: readonly MapSeat[],
  after: readonly MapSeat[],
  now: number,
): SaleLog {
  if (before === after) return log;
  const changed = after.filter((seat, index) => {
    const was = before[index];
    // Unchanged seats are identical objects; other fields do not matter here.
    return was !== seat && was !== undefined && !isSameEntry(was, seat);
  });
  return changed.length === 0 ? log : prependEntries(log, changed, now);
}

function isSameEntry(a: MapSeat, b: MapSeat): boolean {
  return a.status === b.status && a.holder === b.holder;
}

function prependEntries(latest: SaleLog, changed: readonly MapSeat[], now: number): SaleLog {
  const firstId = (latest[0]?.id ?? 0) + 1;
  const entries = changed.map(({ facts, status, holder }, place) => ({
    id: firstId + place,
    at: now,
    seatNumber: facts.seatNumber,
    section: facts.section,
    status,
    holder,
  }));
  return [...entries.slice(-MAX_ENTRIES).reverse(), ...latest].slice(0, MAX_ENTRIES);
}
