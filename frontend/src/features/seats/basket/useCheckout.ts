import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

import { type ApiError, type Conflict, toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { type Order, reserveSeats } from '@/api/seats';
import type { ReservedAnswer } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { SeatMapStore } from '@/domain/seatMap/store';
import type { Bill } from '@/domain/tickets';
import { FROM_CHECKOUT, paymentPath } from '@/paths';
import { EVENTS_KEY } from '@/queries/events';
import { reservationsQuery } from '@/queries/reservations';

export interface Checkout {
  readonly isPaying: boolean;
  /** Why the last attempt failed, or that its outcome is unknown. */
  readonly error: ApiError | null;
  readonly pay: (bill: Bill, method: string) => void;
  /** Leave the checkout. Returns whether the last attempt's outcome is unknown. */
  readonly leave: () => boolean;
}

interface CheckoutOptions {
  readonly eventId: number;
  readonly store: SeatMapStore;
  readonly onReserved: (answer: ReservedAnswer) => void;
  readonly onRefused: (error: ApiError, seats: readonly SeatFacts[]) => void;
}

/** Reasons of a refusal for which the seats are not held any more. */
const NOT_HELD: readonly Conflict['reason'][] = [
  'locked',
  'reserved',
  'blocked',
  'expired',
  'not_held',
];

interface Attempt {
  readonly seats: readonly SeatFacts[];
  readonly order: Order;
  readonly key: string;
}

/**
 * Reserve and pay. While an order's outcome is unknown, it keeps its idempotency key and its seats
 * stay pending; sending it again repeats the same order, as coming back online does. After a response the next order is new. A
 * payment that waits for the buyer or their bank has a page of its own, which is opened then.
 */
export function useCheckout(options: CheckoutOptions): Checkout {
  const { eventId, store, onReserved, onRefused } = options;
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [idempotencyKey] = useState(() => createReusableKey());
  const {
    mutate,
    reset,
    isPending,
    variables,
    error: cause,
  } = useMutation({
    mutationFn: ({ order, key }: Attempt) => reserveSeats(eventId, order, key),
    onMutate: ({ seats }) => {
      store.dispatch({ type: 'commandStarted', kind: 'reserve', seatIds: idsOf(seats) });
    },
    onSuccess: (answer, { seats }) => {
      idempotencyKey.settled();
      if ('payment_reference' in answer) {
        giveBack(seats);
        void navigate(paymentPath(answer.payment_reference), { state: FROM_CHECKOUT });
        return;
      }
      const seatIds = idsOf(seats);
      store.dispatch({ type: 'commandSettled', seatIds, outcome: { kind: 'reserved' } });
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      onReserved(answer);
    },
    onError: (failure, { seats }) => {
      const refusal = toApiError(failure);
      if (refusal.isOutcomeUnknown) return;
      idempotencyKey.settled();
      giveBack(seats);
      const faults = refusal.conflicts.flatMap(({ seatId, reason }) =>
        NOT_HELD.includes(reason) ? seatId : [],
      );
      if (faults.length > 0) store.dispatch({ type: 'notHeld', seatIds: faults });
      onRefused(refusal, seats);
    },
  });
  const error = cause === null ? null : toApiError(cause);
  const undecided = error?.isOutcomeUnknown === true ? variables : undefined;
  useEffect(() => {
    if (undecided === undefined) return undefined;
    const repeat = () => {
      mutate(undecided);
    };
    window.addEventListener('online', repeat);
    return () => {
      window.removeEventListener('online', repeat);
    };
  }, [undecided, mutate]);

  function giveBack(seats: readonly SeatFacts[]): void {
    const seatIds = idsOf(seats);
    store.dispatch({ type: 'commandSettled', seatIds, outcome: { kind: 'refused' } });
    store.dispatch({ type: 'locksInvalidated' });
  }

  function pay({ tickets, total }: Bill, paymentMethod: string): void {
    if (isPending) return;
    if (undecided !== undefined) {
      mutate(undecided);
      return;
    }
    const seats = tickets.map(({ facts }) => facts);
    const ticketTypes = new Map(
      tickets.flatMap(({ facts, type }) => (type === null ? [] : [[facts.id, type.id] as const])),
    );
    const order = { seatIds: idsOf(seats), ticketTypes, total, paymentMethod };
    const key = idempotencyKey.keyFor(JSON.stringify([order, [...ticketTypes]]));
    mutate({ seats, order, key });
  }

  function leave(): boolean {
    if (undecided !== undefined) {
      giveBack(undecided.seats);
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    }
    reset();
    return undecided !== undefined;
  }

  return { isPaying: isPending, error, pay, leave };
}

function idsOf(seats: readonly SeatFacts[]): number[] {
  return seats.map(({ id }) => id);
}
