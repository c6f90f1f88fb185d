import { queryOptions } from '@tanstack/react-query';

import {
  fetchGuestBookings,
  fetchLinkedReservation,
  fetchReservation,
  fetchReservations,
} from '@/api/reservations';
import type { Reservation } from '@/api/types';

const LOOK_AGAIN_MS = 10_000;

export const reservationsQuery = queryOptions({
  queryKey: ['reservations'],
  queryFn: ({ signal }) => fetchReservations(signal),
  refetchInterval: ({ state }) =>
    state.data?.some(isPaymentMoving) === true ? LOOK_AGAIN_MS : false,
});

/** How many bookings guests made with the user's address. */
export const guestBookingsQuery = queryOptions({
  queryKey: ['guestBookings'],
  queryFn: ({ signal }) => fetchGuestBookings(signal),
  staleTime: 60_000,
});

export const reservationQuery = (reservationId: string) =>
  queryOptions({
    queryKey: ['reservations', reservationId],
    queryFn: ({ signal }) => fetchReservation(reservationId, signal),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isPaymentMoving(state.data) ? LOOK_AGAIN_MS : false,
  });

/** The booking of a mailed link. */
export const linkedReservationQuery = (reservationId: string, token: string) =>
  queryOptions({
    queryKey: ['reservations', reservationId, 'link', token],
    queryFn: () => fetchLinkedReservation(reservationId, token),
  });

/** Whether the status will soon change by itself. */
function isPaymentMoving({
  payment_status: payment,
}: Pick<Reservation, 'payment_status'>): boolean {
  return payment === 'authorised' || payment === 'refund_due';
}
