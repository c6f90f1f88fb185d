import { post } from '@/lib/api/client';
import type { PaymentMethod, ReservedAnswer, SeatAnswer, SeatsAnswer } from '@/lib/api/types';

export function lockSeat(eventId: number, seatId: number, key: string): Promise<SeatAnswer> {
  return post(`events/${eventId}/seats/${seatId}/lock/`, {}, key);
}

export function unlockSeats(
  eventId: number,
  seatIds: readonly number[],
  key: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/unlock/`, { seat_ids: seatIds }, key);
}

export function reserveSeats(
  eventId: number,
  seatIds: readonly number[],
  paymentMethod: PaymentMethod,
  key: string,
): Promise<ReservedAnswer> {
  return post(
    `events/${eventId}/reserve/`,
    { seat_ids: seatIds, payment_method: paymentMethod },
    key,
  );
}
