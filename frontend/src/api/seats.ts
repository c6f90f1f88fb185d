import { post } from '@/api/client';
import type { ExtendedAnswer, ReservedAnswer, SeatAnswer, SeatsAnswer } from '@/api/types';

export function lockSeat(eventId: number, seatId: number, key: string): Promise<SeatAnswer> {
  return post(`events/${eventId}/seats/${seatId}/lock/`, {}, key);
}

/** All of them, or none. */
export function lockSeats(
  eventId: number,
  seatIds: readonly number[],
  key: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/lock/`, { seat_ids: seatIds }, key);
}

/** What seats somebody is after who leaves the choice to the box office. */
export interface SeatCriteria {
  readonly count: number;
  readonly by: 'view' | 'price';
  /** Null for any. */
  readonly section: string | null;
  readonly category: number | null;
}

/** The best seats there are, beside each other: all of them, or none. */
export function lockBest(
  eventId: number,
  criteria: SeatCriteria,
  key: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/best/`, criteria, key);
}

/** More time for locks that the caller holds: for all of them, or none. */
export function extendLocks(
  eventId: number,
  seatIds: readonly number[],
  key: string,
): Promise<ExtendedAnswer> {
  return post(`events/${eventId}/extend/`, { seat_ids: seatIds }, key);
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
  paymentMethod: string,
  key: string,
): Promise<ReservedAnswer> {
  return post(
    `events/${eventId}/reserve/`,
    { seat_ids: seatIds, payment_method: paymentMethod },
    key,
  );
}
