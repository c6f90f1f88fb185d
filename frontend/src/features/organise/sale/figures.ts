import type { SaleFigures } from '@/api/types';

/** What the server depends on, as far as the process that sends the figures knows. */
export interface Health {
  readonly database: boolean;
  readonly notifications: boolean;
}

export interface Sale extends SaleFigures {
  readonly health: Health;
}

export type SaleMinute = SaleFigures['minutes'][number];

const MINUTE_MS = 60_000;
const ALL_WELL: Health = { database: true, notifications: true };

/** The newest figures, and the share of the log that was read while there are none. */
export interface Figures {
  readonly sale: Sale | null;
  readonly reading: number | null;
}

/** Parse a frame of figures; one of a type that only newer clients know changes nothing. */
export function parseFigures(text: string, before: Figures): Figures {
  const frame = JSON.parse(text) as {
    type: string;
    seq: number;
    now: number;
    health: Health;
    sale: Omit<SaleFigures, 'seq' | 'now'> | null;
    reading?: number;
  };
  if (frame.type !== 'figures') return before;
  const { seq, now, health, sale, reading = null } = frame;
  if (sale !== null) return { sale: { ...sale, seq, now, health }, reading };
  return { sale: before.sale && { ...before.sale, health }, reading };
}

/** Figures that came by REST: the server answers. */
export function polledSale(figures: SaleFigures): Sale {
  return { ...figures, health: ALL_WELL };
}

export type MinuteSums = Record<Exclude<keyof SaleMinute, 'at' | 'revenue'>, number>;

/** The sums of `count` minutes; `until` is the end of the last one. */
export function sumMinutes(
  minutes: readonly SaleMinute[],
  count: number,
  until: number,
): MinuteSums {
  const sums: MinuteSums = {
    begun: 0,
    reserved: 0,
    expired: 0,
    released: 0,
    sold: 0,
    returned: 0,
    conflicts: 0,
  };
  for (const minute of minutes) {
    if (minute.at < until - count * MINUTE_MS || minute.at >= until) continue;
    for (const key of Object.keys(sums) as (keyof MinuteSums)[]) sums[key] += minute[key];
  }
  return sums;
}

/** When the present minute ends. */
export function endOfMinute(now: number): number {
  return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
}

/** A value of each of the last `count` minutes, oldest first, with the present one. */
export function perMinute(
  minutes: readonly SaleMinute[],
  key: keyof MinuteSums,
  count: number,
  now: number,
): readonly number[] {
  const byMinute = new Map(minutes.map((minute) => [minute.at, minute[key]]));
  const first = endOfMinute(now) - count * MINUTE_MS;
  return Array.from({ length: count }, (_, place) => byMinute.get(first + place * MINUTE_MS) ?? 0);
}

/** Share of the holds that have ended which were booked; null if none has ended. */
export function bookedShare(
  holds: Pick<MinuteSums, 'reserved' | 'expired' | 'released'>,
): number | null {
  const ended = holds.reserved + holds.expired + holds.released;
  return ended === 0 ? null : holds.reserved / ended;
}
