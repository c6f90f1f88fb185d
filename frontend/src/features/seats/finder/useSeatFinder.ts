import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { type ApiError, toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { lockBest, type SeatCriteria } from '@/api/seats';
import type { EventDetail } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { ownLocks } from '@/features/seats/seatCommands';

export interface SeatFinder {
  readonly isBusy: boolean;
  /** Why the last try came to nothing. */
  readonly error: ApiError | null;
  readonly find: (criteria: SeatCriteria) => void;
  /** Forget the last try. */
  readonly reset: () => void;
}

interface SeatFinderOptions {
  readonly event: EventDetail;
  readonly store: SeatMapStore;
  /** These are held now. */
  readonly onFound: (seats: readonly SeatFacts[]) => void;
  readonly onRefused: (error: ApiError) => void;
}

/**
 * Have the box office choose seats and hold them. Which ones is known from the answer alone, so
 * there is nothing to show before it. An answer that was lost may have held some: the same criteria are
 * then sent under the same key, and the own locks are asked for.
 */
export function useSeatFinder({ event, store, onFound, onRefused }: SeatFinderOptions): SeatFinder {
  const [idempotencyKey] = useState(() => createReusableKey());
  const { mutate, reset, isPending, error } = useMutation({
    mutationFn: ({ criteria, key }: { readonly criteria: SeatCriteria; readonly key: string }) =>
      lockBest(event.id, criteria, key),
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
      onRefused(refusal);
    },
  });

  function find(criteria: SeatCriteria): void {
    if (!isPending) mutate({ criteria, key: idempotencyKey.keyFor(JSON.stringify(criteria)) });
  }

  return {
    isBusy: isPending,
    error: error === null ? null : toApiError(error),
    find,
    reset: () => {
      if (!isPending) reset();
    },
  };
}
