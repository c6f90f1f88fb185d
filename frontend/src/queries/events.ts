import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import {
  type EventChoice,
  fetchEvent,
  fetchEvents,
  fetchLayout,
  fetchOwnLocks,
  fetchSeats,
} from '@/api/events';
import { unpackLayout } from '@/domain/seatMap/unpackLayout';

/** What all queries about events begin with. */
export const EVENTS_KEY = ['events'] as const;

export const eventsQuery = (choice: EventChoice) =>
  infiniteQueryOptions({
    queryKey: [...EVENTS_KEY, choice],
    queryFn: ({ pageParam, signal }) => fetchEvents(choice, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // An event whose date changed meanwhile may be on two pages.
    select: ({ pages }) => [
      ...new Map(pages.flatMap(({ events }) => events).map((event) => [event.id, event])).values(),
    ],
  });

export const eventQuery = (eventId: number) =>
  queryOptions({
    queryKey: [...EVENTS_KEY, eventId],
    queryFn: ({ signal }) => fetchEvent(eventId, signal),
  });

/** Static seat data; a changed layout has another hash. */
export const layoutQuery = (eventId: number, layout: string) =>
  queryOptions({
    queryKey: ['layouts', eventId, layout],
    queryFn: async ({ signal }) => ({
      layout,
      facts: unpackLayout(await fetchLayout(eventId, layout, signal)),
    }),
    staleTime: Infinity,
  });

/** Seat states by REST, while there is no socket. */
export const seatsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['seats', eventId],
    queryFn: ({ signal }) => fetchSeats(eventId, signal),
    staleTime: 0,
    gcTime: 0,
  });

/**
 * The user's own locks. The key contains the epoch and request number: a shared older response
 * might miss newer locks.
 */
export const ownLocksQuery = (eventId: number, epoch: number, question: number) =>
  queryOptions({
    queryKey: ['locks', eventId, epoch, question],
    queryFn: ({ signal }) => fetchOwnLocks(eventId, signal),
    gcTime: 0,
  });
