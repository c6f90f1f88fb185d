import { get, post } from '@/api/client';
import type { CancelledAnswer, Reservation } from '@/api/types';

export async function fetchReservations(signal: AbortSignal): Promise<Reservation[]> {
  return (await get('reservations/', { signal })).body;
}

export async function fetchReservation(
  reservationId: string,
  signal: AbortSignal,
): Promise<Reservation> {
  return (await get(`reservations/${reservationId}/`, { signal })).body;
}

/** The booking of a link that was mailed to its own address. */
export function fetchLinkedReservation(reservationId: string, token: string): Promise<Reservation> {
  return post(`reservations/${reservationId}/link/`, { token });
}

/** Make the booking of a link that of the user, who has verified its address. */
export function takeOver(reservationId: string, token: string): Promise<Reservation> {
  return post(`reservations/${reservationId}/take-over/`, { token });
}

export function cancelReservation(reservationId: string, key: string): Promise<CancelledAnswer> {
  return post(`reservations/${reservationId}/cancel/`, undefined, key);
}

/** Count the bookings that guests made with the user's verified address. */
export async function fetchGuestBookings(signal: AbortSignal): Promise<number> {
  return (await get('guest/bookings/', { signal })).body.bookings;
}

/** Take over the bookings that guests made with the user's verified address. */
export async function mergeGuests(): Promise<number> {
  return (await post('guest/merge/')).bookings;
}
