import type { SeatWish } from '@/domain/seatMap/features';
import { post } from '@/api/client';
import type {
  ExtendedAnswer,
  ReservedAnswer,
  SeatAnswer,
  SeatsAnswer,
  StartedPaymentAnswer,
  OpenedSeats,
} from '@/api/types';

export function lockSeat(eventId: number, seatId: number, key: string): Promise<SeatAnswer> {
  return post(`events/${eventId}/seats/${seatId}/lock/`, undefined, key);
}

/** Lock all of these seats, or none. */
export function lockSeats(
  eventId: number,
  seatIds: readonly number[],
  key: string,
  promoCode?: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/lock/`, { seat_ids: seatIds, ...withCode(promoCode) }, key);
}

function withCode(promoCode: string | undefined): { promo_code?: string } {
  return promoCode === undefined ? {} : { promo_code: promoCode };
}

/** Which seats a promo code opens. */
export function fetchOpenedSeats(eventId: number, promoCode: string): Promise<OpenedSeats> {
  return post(`events/${eventId}/promo-code/`, { promo_code: promoCode });
}

/** What to search for when the server chooses the seats. */
export interface SeatCriteria {
  readonly count: number;
  readonly by: 'view' | 'price';
  /** Null for any. */
  readonly section: string | null;
  readonly category: number | null;
  readonly wishes: readonly SeatWish[];
}

/** Lock the best adjacent seats that match, or none; with a promo code also what it opens. */
export function lockBest(
  eventId: number,
  criteria: SeatCriteria,
  key: string,
  promoCode?: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/best/`, { ...criteria, ...withCode(promoCode) }, key);
}

/** Lock any places of a standing area, with a promo code first those that it opens. */
export function lockPlaces(
  eventId: number,
  group: string,
  count: number,
  key: string,
  promoCode?: string,
): Promise<SeatsAnswer> {
  const body = { count, ...withCode(promoCode) };
  return post(`events/${eventId}/areas/${encodeURIComponent(group)}/lock/`, body, key);
}

/** Extend the caller's locks on all of these seats, or none. */
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

export interface Order {
  readonly seatIds: readonly number[];
  /** By seat id. Other seats are sold at their own price. */
  readonly ticketTypes: ReadonlyMap<number, number>;
  /** The total that the buyer was shown. */
  readonly total: string;
  readonly paymentMethod: string;
}

/**
 * Reserve all of these seats, or none; the server refuses another total than this. The result is a
 * payment if that waits for the buyer or their bank.
 */
export function reserveSeats(
  eventId: number,
  order: Order,
  key: string,
): Promise<ReservedAnswer | StartedPaymentAnswer> {
  return post(
    `events/${eventId}/reserve/`,
    {
      seat_ids: order.seatIds,
      ticket_types: Object.fromEntries(order.ticketTypes),
      expected_total: order.total,
      payment_method: order.paymentMethod,
    },
    key,
  );
}
