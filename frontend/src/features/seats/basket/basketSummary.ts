import type { MapSeat } from '@/domain/seatMap/seats';

const TOGETHER_MS = 5_000;

export interface BasketSummary {
  /** Earliest deadline. */
  readonly firstDeadline: number | null;
  /** Whether all locks end within a few seconds. */
  readonly endTogether: boolean;
  /** Whether no command is pending. */
  readonly isSettled: boolean;
}

export function basketSummary(seats: readonly MapSeat[]): BasketSummary {
  const deadlines = seats.flatMap(({ until }) => until ?? []);
  return {
    endTogether: Math.max(...deadlines) - Math.min(...deadlines) < TOGETHER_MS,
    firstDeadline: deadlines.length === 0 ? null : Math.min(...deadlines),
    isSettled: seats.every(({ pending }) => !pending),
  };
}
