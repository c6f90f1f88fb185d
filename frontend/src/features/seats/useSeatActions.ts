import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';

import type { EventDetail } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { assertNever } from '@/domain/assertNever';
import type { Sales } from '@/domain/sales';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { withTables } from '@/domain/seatMap/tables';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { companionOffer, offerFor, offerText, type Offer } from '@/features/seats/offer/offer';
import { rememberPick } from '@/features/seats/pickBeforeSignIn';
import { createSeatCommands } from '@/features/seats/seatCommands';
import { unavailableText } from '@/features/seats/seatLabels';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

interface SeatActionsOptions {
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly store: SeatMapStore;
  readonly isSignedIn: boolean;
  readonly onSignInNeeded: (seat: MapSeat) => void;
  /** Null clears the previous offer. */
  readonly onOffer: (offer: Offer | null) => void;
}

interface SeatActions {
  readonly pick: (seat: MapSeat) => void;
  /** Hold a seat picked earlier. If it has gone, the server offers others. */
  readonly hold: (seat: MapSeat) => void;
  readonly release: (seats: readonly MapSeat[]) => void;
  readonly extend: (seats: readonly MapSeat[]) => void;
  readonly take: (seats: readonly SeatFacts[], insteadOf: readonly SeatFacts[]) => void;
}

/** Actions on seats: pick, release, extend, and take an offer. */
export function useSeatActions({
  event,
  sales,
  store,
  isSignedIn,
  onSignInNeeded,
  onOffer,
}: SeatActionsOptions): SeatActions {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const commands = useMemo(
    () =>
      createSeatCommands({
        eventId: event.id,
        maxExtensions: event.max_extensions,
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
        onRefused: ({ sentence, error, seats }) => {
          // The session has ended.
          const [only, ...others] = seats;
          if (error.isNotAuthenticated && only !== undefined && others.length === 0) {
            rememberPick(event.id, only.id);
          }
          const offer =
            offerFor(error, sentence, seats) ??
            companionOffer(error, sentence, seats, store.getState().seats);
          onOffer(offer);
          if (offer === null) announce(sentence, 'bad');
          else announce(offerText(offer, store.getState().facts), 'quiet');
        },
      }),
    [event.id, event.max_extensions, store, queryClient, announce, onOffer],
  );

  function pick(seat: MapSeat): void {
    if (sales !== 'open') {
      announce(notOnSaleText(event, sales));
    } else if (seat.pending) {
      for (const { id } of together([seat])) {
        store.dispatch({ type: 'commandReversed', seatId: id });
      }
    } else if (seat.status === 'mine') {
      void commands.unlock(heldTogether([seat]));
    } else if (seat.status !== 'available' && seat.status !== 'unknown') {
      announce(unavailableText(seat));
    } else if (isSignedIn) {
      onOffer(null);
      void commands.lock(together([seat]));
    } else {
      onSignInNeeded(seat);
    }
  }

  /** Seats with those of their whole tables. */
  function together(seats: readonly MapSeat[]): readonly SeatFacts[] {
    return withTables(
      seats.map(({ facts }) => facts),
      store.getState().facts,
    );
  }

  /** Held seats with those of their tables that are held too: the plan may have added others. */
  function heldTogether(seats: readonly MapSeat[]): readonly SeatFacts[] {
    const held = store.getState().seats.filter(({ status }) => status === 'mine');
    return withTables(
      seats.map(({ facts }) => facts),
      held.map(({ facts }) => facts),
    );
  }

  function hold(seat: MapSeat): void {
    if (sales !== 'open') announce(notOnSaleText(event, sales));
    else if (seat.status !== 'mine') void commands.lock(together([seat]));
  }

  function release(seats: readonly MapSeat[]): void {
    void commands.unlock(heldTogether(seats));
  }

  function extend(seats: readonly MapSeat[]): void {
    void commands.extend(heldTogether(seats));
  }

  function take(seats: readonly SeatFacts[], insteadOf: readonly SeatFacts[]): void {
    onOffer(null);
    void commands.take(seats, insteadOf);
  }

  return { pick, hold, release, extend, take };
}

function notOnSaleText(event: EventDetail, sales: Exclude<Sales, 'open'>): string {
  switch (sales) {
    case 'closed':
      return t('seats:sales_closed');
    case 'upcoming':
      if (event.visibility === 'draft') return t('seats:sales_draft');
      return event.sales_open_at === null
        ? t('seats:sales_notYet')
        : t('seats:sales_open', { when: formatDateTime(event.sales_open_at, event.time_zone) });
    default:
      return assertNever(sales);
  }
}
