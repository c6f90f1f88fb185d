import { useEffect, useRef } from 'react';

import type { EventDetail } from '@/api/types';
import type { Announce } from '@/components/announce';
import { seatList } from '@/domain/seatMap/seatNames';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { useSeatMap } from '@/hooks/useLiveSeatMap';
import { useTimeReached } from '@/hooks/useTimeReached';
import { t } from '@/i18n/language';

/** Offer an extension this long before the deadline, or after half of a shorter lock. */
const SOON_MS = 90_000;

export interface LockExtension {
  /** Whether some locks end soon. */
  readonly isUrgent: boolean;
  /** Own seats to offer an extension for now. */
  readonly extendable: readonly MapSeat[];
}

/**
 * When to offer extensions. Each approaching deadline is announced once: quietly if it can be
 * extended, since the button is visible, and to everyone if it cannot.
 */
export function useLockExtension(
  event: EventDetail,
  mine: readonly MapSeat[],
  store: SeatMapStore,
  announce: Announce,
): LockExtension {
  const own = useSeatMap(store, (state) => state.own);
  const extendable = mine.filter(({ facts }) => {
    const answer = own.get(facts.id);
    return answer?.kind === 'held' && answer.extensionsLeft > 0;
  });
  const exhausted = mine.filter((seat) => !extendable.includes(seat));
  const soonMs = Math.min(SOON_MS, (event.lock_seconds * 1000) / 2);
  const nextDeadline = firstDeadline(extendable);
  const isTimeToOffer = useTimeReached(before(nextDeadline, soonMs), store.clock);
  const lastDeadline = firstDeadline(exhausted);
  const isEnding = useTimeReached(before(lastDeadline, soonMs), store.clock);

  const announcedOffer = useRef<number | null>(null);
  useEffect(() => {
    if (!isTimeToOffer || announcedOffer.current === nextDeadline) return;
    announcedOffer.current = nextDeadline;
    const next = extendable.filter(({ until }) => until === nextDeadline);
    // Sighted users see the button appear.
    announce(t('seats:moreTimeSoon', seatList(next.map(({ facts }) => facts))), 'quiet');
  }, [isTimeToOffer, nextDeadline, extendable, announce]);

  const announcedEnd = useRef<number | null>(null);
  useEffect(() => {
    if (!isEnding || announcedEnd.current === lastDeadline || event.max_extensions === 0) return;
    announcedEnd.current = lastDeadline;
    const last = exhausted.filter(({ until }) => until === lastDeadline);
    announce(t('seats:noMoreTime', seatList(last.map(({ facts }) => facts))));
  }, [isEnding, lastDeadline, exhausted, event.max_extensions, announce]);

  return {
    isUrgent: isTimeToOffer || isEnding,
    extendable: isTimeToOffer ? extendable : [],
  };
}

function firstDeadline(seats: readonly MapSeat[]): number | null {
  const deadlines = seats.flatMap(({ until }) => until ?? []);
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

function before(deadline: number | null, ms: number): number | null {
  return deadline === null ? null : deadline - ms;
}
