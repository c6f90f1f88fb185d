import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { type ApiError, toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { reserveSeats } from '@/api/seats';
import type { Reservation } from '@/api/types';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { eventsQuery } from '@/queries/events';
import { reservationsQuery } from '@/queries/reservations';

export interface Checkout {
  readonly isPaying: boolean;
  /** Why the last try came to nothing, or that nobody knows whether it did. */
  readonly error: ApiError | null;
  readonly pay: (seats: readonly MapSeat[], method: string) => void;
  /** Leave off. Tells whether it is still open what became of the last try. */
  readonly leave: () => boolean;
}

interface CheckoutOptions {
  readonly eventId: number;
  readonly store: SeatMapStore;
  readonly onReserved: (reservation: Reservation) => void;
  readonly onRefused: (error: ApiError, seats: readonly SeatFacts[]) => void;
}

interface Order {
  readonly seats: readonly SeatFacts[];
  readonly method: string;
  readonly key: string;
}

/**
 * Reserve and pay. An order whose answer was lost keeps its idempotency key, and its seats stay as
 * they are shown, until an answer comes or the person leaves off; ordered again, it is the same
 * order. An answer ends it, and the next one is new.
 */
export function useCheckout(options: CheckoutOptions): Checkout {
  const { eventId, store, onReserved, onRefused } = options;
  const queryClient = useQueryClient();
  const [idempotencyKey] = useState(() => createReusableKey());
  const {
    mutate,
    reset,
    isPending,
    variables,
    error: cause,
  } = useMutation({
    mutationFn: ({ seats, method, key }: Order) => reserveSeats(eventId, idsOf(seats), method, key),
    onMutate: ({ seats }) => {
      store.dispatch({ type: 'commandStarted', kind: 'reserve', seatIds: idsOf(seats) });
    },
    onSuccess: ({ reservation }, { seats }) => {
      idempotencyKey.settled();
      const seatIds = idsOf(seats);
      store.dispatch({ type: 'commandSettled', seatIds, outcome: { kind: 'reserved' } });
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: eventsQuery.queryKey });
      onReserved(reservation);
    },
    onError: (failure, { seats }) => {
      const refusal = toApiError(failure);
      if (refusal.isOutcomeUnknown) return;
      idempotencyKey.settled();
      giveBack(seats);
      const faults = refusal.conflicts.flatMap(({ seatId, reason }) =>
        // Who has bought as many as they can still holds these.
        reason === 'limit' ? [] : seatId,
      );
      if (faults.length > 0) store.dispatch({ type: 'notHeld', seatIds: faults });
      onRefused(refusal, seats);
    },
  });
  const error = cause === null ? null : toApiError(cause);

  function giveBack(seats: readonly SeatFacts[]): void {
    const seatIds = idsOf(seats);
    store.dispatch({ type: 'commandSettled', seatIds, outcome: { kind: 'refused' } });
    store.dispatch({ type: 'locksInvalidated' });
  }

  function pay(seats: readonly MapSeat[], method: string): void {
    if (isPending) return;
    const facts = seats.map((seat) => seat.facts);
    const key = idempotencyKey.keyFor(`${method} ${idsOf(facts).join()}`);
    mutate({ seats: facts, method, key });
  }

  function leave(): boolean {
    const isOpen = error?.isOutcomeUnknown === true;
    if (isOpen && variables !== undefined) {
      giveBack(variables.seats);
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    }
    reset();
    return isOpen;
  }

  return { isPaying: isPending, error, pay, leave };
}

function idsOf(seats: readonly SeatFacts[]): number[] {
  return seats.map(({ id }) => id);
}
