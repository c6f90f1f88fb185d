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

export function cancelReservation(reservationId: string, key: string): Promise<CancelledAnswer> {
  return post(`reservations/${reservationId}/cancel/`, undefined, key);
}
