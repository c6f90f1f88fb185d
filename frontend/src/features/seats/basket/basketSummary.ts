import type { MapSeat } from '@/domain/seatMap/seats';
import { sumAmounts } from '@/i18n/money';

const TOGETHER_MS = 5_000;

export interface BasketSummary {
  readonly total: string;
  /** When the first of the seats runs out. */
  readonly firstDeadline: number | null;
  /** The others run out then, too, or at least in the same few seconds. */
  readonly endTogether: boolean;
  /** Nothing is still waiting for the server. */
  readonly isSettled: boolean;
}

export function basketSummary(seats: readonly MapSeat[]): BasketSummary {
  const deadlines = seats.flatMap(({ until }) => until ?? []);
  return {
    total: sumAmounts(seats.map(({ facts }) => facts.price)),
    endTogether: Math.max(...deadlines) - Math.min(...deadlines) < TOGETHER_MS,
    firstDeadline: deadlines.length === 0 ? null : Math.min(...deadlines),
    isSettled: seats.every(({ pending }) => !pending),
  };
}
