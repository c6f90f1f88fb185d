import { queryOptions } from '@tanstack/react-query';

import { fetchEvent, fetchEvents, fetchOwnLocks, fetchSeats } from '@/lib/api/events';

export const eventsQuery = queryOptions({
  queryKey: ['events'],
  queryFn: ({ signal }) => fetchEvents(signal),
});

export const eventQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['events', eventId],
    queryFn: ({ signal }) => fetchEvent(eventId, signal),
  });

/** Where the seats are. How they stand comes over the socket, so this never grows old by itself. */
export const seatsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['seats', eventId],
    queryFn: ({ signal }) => fetchSeats(eventId, signal),
    staleTime: Infinity,
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
