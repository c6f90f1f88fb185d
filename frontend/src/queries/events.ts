import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import {
  fetchEvent,
  fetchEvents,
  fetchLayout,
  fetchOwnLocks,
  fetchRevenue,
  fetchSeats,
} from '@/api/events';
import { unpackLayout } from '@/domain/seatMap/unpackLayout';

const REVENUE_AGAIN_MS = 2_000;

export const eventsQuery = infiniteQueryOptions({
  queryKey: ['events'],
  queryFn: ({ pageParam, signal }) => fetchEvents(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  // One whose date was changed meanwhile may be on two pages.
  select: ({ pages }) => [
    ...new Map(pages.flatMap(({ events }) => events).map((event) => [event.id, event])).values(),
  ],
});

export const eventQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['events', eventId],
    queryFn: ({ signal }) => fetchEvent(eventId, signal),
  });

/** Where the seats are. A layout never changes; when the seats do, it is another one. */
export const layoutQuery = (eventId: number, layout: string) =>
  queryOptions({
    queryKey: ['layouts', eventId, layout],
    queryFn: async ({ signal }) => ({
      layout,
      facts: unpackLayout(await fetchLayout(eventId, layout, signal)),
    }),
    staleTime: Infinity,
  });

/** What the bookings come to, looked up again for as long as it is older than the seats. */
export const revenueQuery = (eventId: number, seq: number | null) =>
  queryOptions({
    queryKey: ['revenue', eventId],
    queryFn: ({ signal }) => fetchRevenue(eventId, signal),
    refetchInterval: ({ state }) =>
      state.data !== undefined && seq !== null && state.data.seq < seq ? REVENUE_AGAIN_MS : false,
  });

/** How the seats stand, for as long as the socket cannot tell. */
export const seatsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['seats', eventId],
    queryFn: ({ signal }) => fetchSeats(eventId, signal),
    staleTime: 0,
    gcTime: 0,
  });

/**
 * The caller's locks as an answer to one particular question: an answer to an earlier one, shared
 * as queries of the same key share theirs, could miss what has been locked since.
 */
export const ownLocksQuery = (eventId: number, epoch: number, question: number) =>
  queryOptions({
    queryKey: ['locks', eventId, epoch, question],
    queryFn: ({ signal }) => fetchOwnLocks(eventId, signal),
    gcTime: 0,
  });
