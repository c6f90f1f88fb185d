import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useAnnounce } from '@/components/announce';
import { createSeatCommands } from '@/features/seats/seatCommands';
import { standingInWords } from '@/features/seats/seatWords';
import type { EventDetail } from '@/lib/api/types';
import { assertNever } from '@/lib/assertNever';
import { meQuery } from '@/lib/queries/session';
import type { Sales } from '@/lib/sales';
import type { MapSeat } from '@/lib/seatmap/seats';
import type { SeatMapStore } from '@/lib/seatmap/store';
import { formatDateTime } from '@/lib/time';

interface PickOptions {
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly store: SeatMapStore;
  readonly isSignedIn: boolean;
  readonly onSignInNeeded: () => void;
}

interface Pick {
  readonly pick: (seat: MapSeat) => void;
  readonly release: (seats: readonly MapSeat[]) => void;
}

/** What a click on a seat does. */
export function usePick({ event, sales, store, isSignedIn, onSignInNeeded }: PickOptions): Pick {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const commands = useMemo(
    () =>
      createSeatCommands({
        eventId: event.id,
        store,
        send: (write) => {
          const mutation = { mutationFn: write };
          return queryClient
            .getMutationCache()
            .build(queryClient, queryClient.defaultMutationOptions(mutation))
            .execute(undefined);
        },
        onDone: (sentence) => {
          announce(sentence, 'quiet');
        },
        onRefused: (sentence, error) => {
          announce(sentence, 'bad');
          if (error.isSignedOut) {
            void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
          }
        },
      }),
    [event.id, store, queryClient, announce],
  );

  function pick(seat: MapSeat): void {
    if (sales !== 'open') {
      announce(notOnSaleSentence(event, sales));
    } else if (seat.pending) {
      store.dispatch({ type: 'mindChanged', seatId: seat.facts.id });
    } else if (seat.standing === 'mine') {
      void commands.unlock([seat.facts]);
    } else if (seat.standing !== 'available') {
      announce(`Seat ${seat.facts.seatNumber} is ${standingInWords(seat)}.`);
    } else if (isSignedIn) {
      void commands.lock(seat.facts);
    } else {
      onSignInNeeded();
    }
  }

  function release(seats: readonly MapSeat[]): void {
    void commands.unlock(seats.map(({ facts }) => facts));
  }

  return { pick, release };
}

function notOnSaleSentence(event: EventDetail, sales: Exclude<Sales, 'open'>): string {
  switch (sales) {
    case 'closed':
      return 'Sales for this event are closed.';
    case 'upcoming':
      return event.sales_open_at === null
        ? 'This event is not on sale yet.'
        : `Sales open on ${formatDateTime(event.sales_open_at)}.`;
    default:
      return assertNever(sales);
  }
}
