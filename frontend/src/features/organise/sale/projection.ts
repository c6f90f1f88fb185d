import { endOfMinute, type Sale, sumMinutes } from '@/features/organise/sale/figures';

/** The rule, as the page tells it. */
export const PROJECTION = {
  minutes: 15,
  /** Fewer tickets in that time are chance. */
  leastTickets: 10,
  /** So many of the minutes must have had a sale. */
  leastMinutes: 3,
  mostHours: 48,
} as const;

const MINUTE_MS = 60_000;

export type Projection =
  | { readonly kind: 'soldOut' }
  /** Too little was sold lately to tell. */
  | { readonly kind: 'none' }
  /** Later than `PROJECTION.mostHours` from now. */
  | { readonly kind: 'far' }
  | { readonly kind: 'at'; readonly at: number };

/**
 * When the last of `left` seats is sold, if sales go on as in the last minutes: `left` divided by
 * the tickets sold less those returned.
 */
export function projectSellOut({ minutes }: Sale, left: number, now: number): Projection {
  if (left === 0) return { kind: 'soldOut' };
  const until = endOfMinute(now);
  const { sold, returned } = sumMinutes(minutes, PROJECTION.minutes, until);
  const since = until - PROJECTION.minutes * MINUTE_MS;
  const busy = minutes.filter(({ at, sold: ofMinute }) => at >= since && ofMinute > 0).length;
  const net = sold - returned;
  if (net < PROJECTION.leastTickets || busy < PROJECTION.leastMinutes) return { kind: 'none' };
  const waitMs = (left / net) * PROJECTION.minutes * MINUTE_MS;
  return waitMs > PROJECTION.mostHours * 60 * MINUTE_MS
    ? { kind: 'far' }
    : { kind: 'at', at: now + waitMs };
}
