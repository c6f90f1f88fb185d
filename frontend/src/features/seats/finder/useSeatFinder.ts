import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { type ApiError, toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { lockBest, lockPlaces, type SeatCriteria } from '@/api/seats';
import type { EventDetail } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { ownLocks } from '@/features/seats/seatCommands';
import { useSeatMap } from '@/hooks/useLiveSeatMap';

/** Seats together, or places of a standing area. */
type Wanted = SeatCriteria | { readonly group: string; readonly count: number };

interface Search {
  readonly criteria: Wanted;
  readonly code: string | undefined;
  readonly key: string;
}

export interface SeatFinder {
  /** The code whose seats are searched as well. */
  readonly promoCode: string | null;
  readonly isBusy: boolean;
  /** Why the last search failed. */
  readonly error: ApiError | null;
  readonly find: (wanted: Wanted) => void;
  /** Clear the last error. */
  readonly reset: () => void;
}

interface SeatFinderOptions {
  readonly event: EventDetail;
  readonly store: SeatMapStore;
  /** Called with the seats that are now locked. */
  readonly onFound: (seats: readonly SeatFacts[]) => void;
  readonly onRefused: (error: ApiError) => void;
}

/**
 * Let the server choose and lock seats. Nothing can be shown optimistically, since only the
 * response names them. After a lost response, the same criteria are sent with the same key, and the
 * own locks are refetched.
 */
export function useSeatFinder({ event, store, onFound, onRefused }: SeatFinderOptions): SeatFinder {
  const code = useSeatMap(store, (state) => state.opened?.promoCode);
  const [idempotencyKey] = useState(() => createReusableKey());
  const { mutate, reset, isPending, error } = useMutation({
    mutationFn: ({ criteria, code, key }: Search) =>
      'group' in criteria
        ? lockPlaces(event.id, criteria.group, criteria.count, key, code)
        : lockBest(event.id, criteria, key, code),
    onSuccess: ({ seats }) => {
      idempotencyKey.settled();
      const locks = seats.flatMap((seat) => ownLocks(seat, event.max_extensions));
      store.dispatch({
        type: 'commandSettled',
        seatIds: seats.map(({ id }) => id),
        outcome: { kind: 'held', locks },
      });
      const { facts, indexById } = store.getState();
      onFound(seats.flatMap(({ id }) => facts[indexById.get(id) ?? -1] ?? []));
    },
    onError: (cause) => {
      const refusal = toApiError(cause);
      if (refusal.isOutcomeUnknown) store.dispatch({ type: 'locksInvalidated' });
      else idempotencyKey.settled();
      if (refusal.code === 'promo_code_invalid') {
        store.dispatch({ type: 'seatsOpened', opened: null });
      }
      onRefused(refusal);
    },
  });

  function find(criteria: Wanted): void {
    if (isPending) return;
    const key = idempotencyKey.keyFor(JSON.stringify([criteria, code]));
    mutate({ criteria, code, key });
  }

  return {
    promoCode: code ?? null,
    isBusy: isPending,
    error: error === null ? null : toApiError(error),
    find,
    reset: () => {
      if (!isPending) reset();
    },
  };
}
