import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';

import { toApiError } from '@/api/apiError';
import { dateHeaderClock } from '@/api/dateHeaderClock';
import type { EventDetail } from '@/api/types';
import { pagePause } from '@/browser/pagePause';
import { tabs } from '@/browser/tabs';
import { Backoff } from '@/domain/feed/backoff';
import type { FeedState } from '@/domain/feed/feedState';
import { SectionChoice } from '@/domain/feed/sectionChoice';
import type { WantedSections } from '@/domain/feed/sectionSet';
import { type EventSubscription, subscribeToEvent } from '@/domain/feed/subscribeToEvent';
import { liveOf } from '@/domain/seatMap/seats';
import type { SeatMapState } from '@/domain/seatMap/state';
import { createSeatMapStore, type SeatMapStore } from '@/domain/seatMap/store';
import { createServerClock, steadyNow } from '@/domain/serverClock';
import { ownLockOf } from '@/domain/tickets';
import { eventQuery, layoutQuery, ownLocksQuery, seatsQuery } from '@/queries/events';

/**
 * Halls from this size on are followed by section: there a viewer of three sections gets half of the
 * whole hall's bytes in a busy sale. In smaller ones little is saved in a calm sale, and servers
 * spend twice the time on parts (docs/performance.md).
 */
const FOLLOWED_BY_SECTION_FROM_SEATS = 2_000;

export interface LiveSeatMap {
  readonly store: SeatMapStore;
  /** Chooses the sections whose seats' states are delivered; null if all are. */
  readonly choice: SectionChoice | null;
  readonly feedState: FeedState;
  /** Why the seats could not be loaded. */
  readonly error: Error | null;
  readonly reload: () => void;
}

interface LiveSeatMapOptions {
  /** With it the server also sends the figures of the sale, to organisers. Must be stable. */
  readonly onOtherFrame?: (text: string) => void;
  /** Whether seats' states are needed only in the sections that are chosen. */
  readonly choosesSections?: boolean;
}

/** Keep one event's seat map live while the component is mounted. */
export function useLiveSeatMap(
  event: Pick<EventDetail, 'id' | 'layout' | 'revision' | 'seats_total'>,
  isSignedIn: boolean,
  { onOtherFrame, choosesSections = false }: LiveSeatMapOptions = {},
): LiveSeatMap {
  const { id: eventId, layout, revision } = event;
  const [store] = useState(() =>
    createSeatMapStore(createServerClock(steadyNow, dateHeaderClock), pagePause.timers),
  );
  const [feedState, setFeedState] = useState<FeedState>({ name: 'connecting' });
  const noteRevision = useEventReload(eventId, revision);

  const isLarge = event.seats_total >= FOLLOWED_BY_SECTION_FROM_SEATS;
  const [followed] = useState(() =>
    choosesSections && isLarge ? createFollowedSections(store, layout) : null,
  );

  useEffect(() => {
    const subscription = subscribeToEvent(eventId, {
      clock: store.clock,
      wanted: followed?.wanted() ?? null,
      onFrame: (frame) => {
        store.dispatch({ type: 'frame', frame });
        // The prices and fees of held seats are kept as they were before an edit.
        if (frame.type === 'beat' && noteRevision(frame.revision)) {
          store.dispatch({ type: 'locksInvalidated' });
        }
      },
      onOtherFrame,
      onState: setFeedState,
    });
    const unfollow = followed?.follow(subscription);
    return () => {
      unfollow?.();
      subscription.close();
    };
  }, [eventId, store, noteRevision, onOtherFrame, followed]);

  const liveLayout = useSeatMap(store, (state) => state.liveLayout);
  const currentLayout = liveLayout ?? layout;
  // An event has no layout before its first seat.
  const facts = useQuery({ ...layoutQuery(eventId, currentLayout), enabled: currentLayout !== '' });
  useEffect(() => {
    if (facts.data === undefined) return;
    if (facts.data.layout !== store.getState().factsLayout) followed?.choice.clear();
    store.dispatch({ type: 'seatsLoaded', ...facts.data });
  }, [facts.data, store, followed]);

  const hasNoFrame = useSeatMap(store, (state) => state.seq === null);
  const isDisconnected = !['connecting', 'live', 'checking', 'polling'].includes(feedState.name);
  const list = useQuery({ ...seatsQuery(eventId), enabled: hasNoFrame && isDisconnected });
  useEffect(() => {
    if (list.data === undefined) return;
    const { layout: listed, seats } = list.data;
    store.dispatch({ type: 'seatsListed', layout: listed, live: seats.map(liveOf) });
  }, [list.data, store]);

  useOwnLocksSync(eventId, store, isSignedIn);

  return {
    store,
    choice: followed?.choice ?? null,
    feedState,
    error: facts.error ?? list.error,
    reload: () => {
      void facts.refetch();
      if (isDisconnected) void list.refetch();
    },
  };
}

/** The choice of sections, passed on to a subscription. */
interface FollowedSections {
  readonly choice: SectionChoice;
  readonly wanted: () => WantedSections;
  /** Returns a function that ends it. */
  readonly follow: (subscription: EventSubscription) => () => void;
}

/** `layout` numbers the sections until the seats are loaded. */
function createFollowedSections(store: SeatMapStore, layout: string): FollowedSections {
  let subscription: EventSubscription | null = null;
  const wanted = () => ({
    layout: store.getState().factsLayout ?? layout,
    sections: choice.chosen,
  });
  const choice = new SectionChoice({
    timers: pagePause.timers,
    now: () => performance.now(),
    onChange: () => {
      subscription?.want(wanted());
    },
  });
  return {
    choice,
    wanted,
    follow: (followed) => {
      subscription = followed;
      followed.want(wanted());
      return () => {
        subscription = null;
      };
    },
  };
}

export function useSeatMap<Part>(store: SeatMapStore, select: (state: SeatMapState) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}

/**
 * Return what fetches the event again, once for each other revision that a beat tells. It returns
 * whether it was another.
 */
function useEventReload(eventId: number, shown: number): (told: number) => boolean {
  const queryClient = useQueryClient();
  const known = useRef(shown);
  useEffect(() => {
    known.current = shown;
  }, [shown]);
  return useCallback(
    (told) => {
      if (told === known.current) return false;
      known.current = told;
      void queryClient.invalidateQueries({ queryKey: eventQuery(eventId).queryKey });
      return true;
    },
    [queryClient, eventId],
  );
}

/** Fetch the user's own locks at first and whenever the map requests it, with retries. */
function useOwnLocksSync(eventId: number, store: SeatMapStore, isSignedIn: boolean): void {
  const queryClient = useQueryClient();
  const requested = useRef(0);
  const [backoff] = useState(
    () =>
      new Backoff({ baseMs: 1_000, capMs: 15_000, timers: pagePause.timers, random: Math.random }),
  );
  const locksWanted = useSeatMap(store, (state) => state.lockFetches);
  const isIdle = useSeatMap(store, (state) => state.pending.size === 0);

  useEffect(() => {
    if (!isSignedIn || !isIdle || requested.current === locksWanted) return;
    requested.current = locksWanted;
    const { epoch } = store.getState();
    queryClient.query(ownLocksQuery(eventId, epoch, locksWanted)).then(
      (locks) => {
        backoff.reset();
        store.dispatch({
          type: 'ownLocksLoaded',
          epoch,
          locks: locks.flatMap((lock) => ownLockOf(lock, lock.extensions_left)),
        });
      },
      (cause: unknown) => {
        const error = toApiError(cause);
        if (!error.isOutcomeUnknown && error.status !== 429) return;
        backoff.schedule(
          () => {
            store.dispatch({ type: 'locksInvalidated' });
          },
          { minMs: (error.retryAfterSeconds ?? 0) * 1000 },
        );
      },
    );
  }, [eventId, store, queryClient, backoff, isSignedIn, isIdle, locksWanted]);

  useEffect(
    () => () => {
      backoff.cancel();
    },
    [backoff],
  );

  useEffect(() => {
    // The locks may have changed in another tab or on another device.
    function refetchLocks() {
      if (document.visibilityState === 'visible') store.dispatch({ type: 'locksInvalidated' });
    }
    document.addEventListener('visibilitychange', refetchLocks);
    const stopListening = tabs.listen((message) => {
      if (message.kind === 'locks' && message.eventId === eventId) refetchLocks();
    });
    return () => {
      document.removeEventListener('visibilitychange', refetchLocks);
      stopListening();
    };
  }, [eventId, store]);
}
