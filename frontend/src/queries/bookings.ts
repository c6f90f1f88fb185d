import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { type BookingSearch, fetchBooking, fetchBookings } from '@/api/bookings';

/** All that is known of an event's bookings. */
export const bookingsKey = (eventId: number) => ['bookings', eventId];

export const bookingsQuery = (eventId: number, search: BookingSearch) =>
  infiniteQueryOptions({
    queryKey: [...bookingsKey(eventId), 'found', search],
    queryFn: ({ pageParam, signal }) => fetchBookings(eventId, search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 60_000,
  });

export const bookingQuery = (eventId: number, id: string) =>
  queryOptions({
    queryKey: [...bookingsKey(eventId), id],
    queryFn: ({ signal }) => fetchBooking(id, signal),
    staleTime: 0,
  });
