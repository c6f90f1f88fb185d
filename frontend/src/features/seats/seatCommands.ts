import { listOf, refusalSentence } from '@/features/seats/refusals';
import { type ApiError, toApiError } from '@/lib/api/apiError';
import { newIdempotencyKey } from '@/lib/api/idempotencyKey';
import { lockSeat, unlockSeats } from '@/lib/api/seats';
import type { Seat } from '@/lib/api/types';
import type { SeatFacts } from '@/lib/seatmap/seats';
import type { SettledOutcome } from '@/lib/seatmap/state';
import type { SeatMapStore } from '@/lib/seatmap/store';

export interface SeatCommands {
  lock(seat: SeatFacts): Promise<void>;
  unlock(seats: readonly SeatFacts[]): Promise<void>;
}

export interface SeatCommandsOptions {
  readonly eventId: number;
  readonly store: SeatMapStore;
  /** Runs a write, repeating it where that may help. */
  readonly send: <Answer>(write: () => Promise<Answer>) => Promise<Answer>;
  readonly onDone: (sentence: string) => void;
  readonly onRefused: (sentence: string, error: ApiError) => void;
}

/**
 * Lock and unlock: shown at once, put right when the server disagrees. A seat that is clicked again
 * before the answer is there follows the last click as soon as the first command has been answered,
 * so that two commands about one seat never overtake each other.
 */
export function createSeatCommands(options: SeatCommandsOptions): SeatCommands {
  const { eventId, store, send, onDone, onRefused } = options;

  async function lock(seat: SeatFacts): Promise<void> {
    store.dispatch({ type: 'commandStarted', kind: 'lock', seatIds: [seat.id] });
    const key = newIdempotencyKey();
    try {
      const { seat: locked } = await send(() => lockSeat(eventId, seat.id, key));
      const regretted = isTurned(seat);
      settle([seat], heldOutcome(locked));
      if (regretted) await unlock([seat]);
      else onDone(`Seat ${seat.seatNumber} is held for you.`);
    } catch (cause) {
      refuse([seat], toApiError(cause));
    }
  }

  async function unlock(seats: readonly SeatFacts[]): Promise<void> {
    const seatIds = seats.map(({ id }) => id);
    store.dispatch({ type: 'commandStarted', kind: 'unlock', seatIds });
    const key = newIdempotencyKey();
    try {
      await send(() => unlockSeats(eventId, seatIds, key));
    } catch (cause) {
      refuse(seats, toApiError(cause));
      return;
    }
    const regretted = seats.filter(isTurned);
    settle(seats, { kind: 'released' });
    onDone(`${seatsInWords(seats)} released.`);
    await Promise.all(regretted.map(lock));
  }

  function refuse(seats: readonly SeatFacts[], error: ApiError): void {
    settle(seats, { kind: 'refused' });
    const notHeld = error.conflicts.filter(
      ({ reason }) => reason === 'not_held' || reason === 'expired',
    );
    if (notHeld.length > 0) {
      store.dispatch({ type: 'notHeld', seatIds: notHeld.map(({ seatId }) => seatId) });
    }
    // Without the server's own word on a seat it must be us who say which one this is about.
    const sentence = refusalSentence(error);
    onRefused(error.conflicts.length > 0 ? sentence : `${seatsInWords(seats)}: ${sentence}`, error);
  }

  function settle(seats: readonly SeatFacts[], outcome: SettledOutcome): void {
    store.dispatch({ type: 'commandSettled', seatIds: seats.map(({ id }) => id), outcome });
  }

  function isTurned({ id }: SeatFacts): boolean {
    return store.getState().pending.get(id)?.turned === true;
  }

  return { lock, unlock };
}

function heldOutcome({ locked_until: until }: Seat): SettledOutcome {
  return until === null ? { kind: 'refused' } : { kind: 'held', until: Date.parse(until) };
}

function seatsInWords(seats: readonly SeatFacts[]): string {
  const names = seats.map(({ seatNumber }) => seatNumber);
  return names.length === 1 ? `Seat ${names.join()}` : `Seats ${listOf(names)}`;
}
