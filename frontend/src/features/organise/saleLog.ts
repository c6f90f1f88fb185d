import type { MapSeat, DisplayStatus } from '@/domain/seatMap/seats';

export interface LogEntry {
  readonly id: number;
  readonly at: number;
  readonly seatNumber: string;
  readonly section: string;
  readonly status: DisplayStatus;
  readonly holder: string | null;
}

/** What happened since the page was opened. Times are by the server's clock. */
export interface SaleLog {
  readonly since: number;
  /** Newest first, at most `MAX_ENTRIES`. */
  readonly latest: readonly LogEntry[];
  readonly sold: number;
  /** Seats sold in each minute since `since`, up to the last sale. */
  readonly soldByMinute: readonly number[];
}

const MAX_ENTRIES = 24;
const MINUTE_MS = 60_000;

export function emptyLog(now: number): SaleLog {
  return { since: now, latest: [], sold: 0, soldByMinute: [] };
}

/**
 * Append the differences between two states of the same seats. `soldAt` is null after a gap in the
 * feed; such sales count in `sold` but in no minute.
 */
export function appendChanges(
  log: SaleLog,
  before: readonly MapSeat[],
  after: readonly MapSeat[],
  now: number,
  soldAt: number | null,
): SaleLog {
  if (before === after) return log;
  let sold = 0;
  const changed: MapSeat[] = [];
  after.forEach((seat, index) => {
    const was = before[index];
    // Unchanged seats are identical objects; other fields do not matter here.
    if (was === seat || was === undefined || isSameEntry(was, seat)) return;
    changed.push(seat);
    if (seat.status === 'reserved') sold += 1;
  });
  if (changed.length === 0) return log;
  return {
    ...log,
    latest: prependEntries(log.latest, changed, now),
    sold: log.sold + sold,
    soldByMinute: sold > 0 && soldAt !== null ? withSales(log, sold, soldAt) : log.soldByMinute,
  };
}

/** Sales of the last `count` minutes, oldest first, including the current one. */
export function lastMinutes(
  { since, soldByMinute }: SaleLog,
  count: number,
  now: number,
): readonly number[] {
  const current = minuteOf(since, now);
  return Array.from(
    { length: count },
    (_, place) => soldByMinute[current - count + 1 + place] ?? 0,
  );
}

function isSameEntry(a: MapSeat, b: MapSeat): boolean {
  return a.status === b.status && a.holder === b.holder;
}

function prependEntries(
  latest: readonly LogEntry[],
  changed: readonly MapSeat[],
  now: number,
): readonly LogEntry[] {
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

function withSales({ since, soldByMinute }: SaleLog, sold: number, now: number): readonly number[] {
  const minute = minuteOf(since, now);
  return Array.from(
    { length: Math.max(minute + 1, soldByMinute.length) },
    (_, place) => (soldByMinute[place] ?? 0) + (place === minute ? sold : 0),
  );
}

function minuteOf(since: number, now: number): number {
  return Math.max(Math.floor((now - since) / MINUTE_MS), 0);
}
