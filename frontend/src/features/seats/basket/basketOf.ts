import { sumAmounts } from '@/lib/money';
import type { MapSeat } from '@/lib/seatmap/seats';

export interface BasketSummary {
  readonly total: string;
  /** When the first of the seats runs out. */
  readonly firstDeadline: number | null;
  /** Nothing is still waiting for the server. */
  readonly isSettled: boolean;
}

export function basketOf(seats: readonly MapSeat[]): BasketSummary {
  const deadlines = seats.flatMap(({ until }) => until ?? []);
  return {
    total: sumAmounts(seats.map(({ facts }) => facts.price)),
    firstDeadline: deadlines.length === 0 ? null : Math.min(...deadlines),
    isSettled: seats.every(({ pending }) => !pending),
  };
}
