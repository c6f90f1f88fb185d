import { type SeatCounts, soldShare } from '@/features/organise/counts';
import { endOfMinute, type Sale, sumMinutes } from '@/features/organise/sale/figures';
import type { Projection } from '@/features/organise/sale/projection';

/** The thresholds, as the page tells them. */
export const THRESHOLDS = {
  failedPayments: 5,
  failedShare: 0.2,
  soldOutShare: 0.95,
  soldOutMinutes: 30,
  fallMinutes: 5,
  fallBaseMinutes: 30,
  fallTickets: 30,
  fallShare: 0.25,
  conflictMinutes: 5,
  conflicts: 50,
  conflictShare: 0.5,
} as const;

export const ALERTS = [
  'database',
  'notifications',
  'payments',
  'fall',
  'conflicts',
  'soldOut',
] as const;

export type Alert = (typeof ALERTS)[number];

const MINUTE_MS = 60_000;

interface Situation {
  readonly sale: Sale;
  readonly counts: SeatCounts;
  readonly projection: Projection;
  readonly now: number;
}

/** What an organiser should know now, the most urgent first. */
export function alertsOf(situation: Situation): readonly Alert[] {
  return ALERTS.filter((alert) => RULES[alert](situation));
}

const RULES: Readonly<Record<Alert, (situation: Situation) => boolean>> = {
  database: ({ sale }) => !sale.health.database,
  notifications: ({ sale }) => !sale.health.notifications,
  payments: ({ sale: { payments } }) =>
    payments.failed >= THRESHOLDS.failedPayments &&
    payments.failed >= THRESHOLDS.failedShare * (payments.made + payments.failed),
  soldOut: ({ counts, projection, now }) =>
    counts.free + counts.held > 0 &&
    (soldShare(counts) >= THRESHOLDS.soldOutShare ||
      (projection.kind === 'at' && projection.at - now <= THRESHOLDS.soldOutMinutes * MINUTE_MS)),
  fall: ({ sale: { minutes }, counts, now }) => {
    // The present minute is not over, and seats that are not free cannot be sold.
    const until = endOfMinute(now) - MINUTE_MS;
    const { fallMinutes, fallBaseMinutes } = THRESHOLDS;
    const lately = sumMinutes(minutes, fallMinutes, until).sold;
    const before = sumMinutes(minutes, fallBaseMinutes, until - fallMinutes * MINUTE_MS).sold;
    const usual = (before / fallBaseMinutes) * fallMinutes;
    return (
      counts.free > 0 && before >= THRESHOLDS.fallTickets && lately < THRESHOLDS.fallShare * usual
    );
  },
  conflicts: ({ sale: { minutes }, now }) => {
    const { conflicts, begun } = sumMinutes(minutes, THRESHOLDS.conflictMinutes, endOfMinute(now));
    return (
      conflicts >= THRESHOLDS.conflicts &&
      conflicts >= THRESHOLDS.conflictShare * (conflicts + begun)
    );
  },
};
