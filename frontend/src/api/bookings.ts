import { get, patch, post } from '@/api/client';
import type { Page } from '@/api/history';
import { cursorOf } from '@/api/pages';
import type { Booking, FoundBooking, Quote, Settling } from '@/api/types';

export const BOOKING_STATES = ['all', 'live', 'unpaid', 'cancelled', 'lapsed'] as const;
export type BookingState = (typeof BOOKING_STATES)[number];

export interface BookingSearch {
  readonly q: string;
  readonly state: BookingState;
}

/** The id of a new seat by that of the old one. */
export type Moves = ReadonlyMap<number, number>;

/** Bookings of an event, newest first. */
export async function fetchBookings(
  eventId: number,
  { q, state }: BookingSearch,
  before: string | null,
  signal: AbortSignal,
): Promise<Page<FoundBooking>> {
  const query = { q, state, limit: 30, ...(before !== null && { before }) };
  const { body, headers } = await get(`events/${eventId}/bookings/`, { signal, query });
  return { rows: body, next: cursorOf(headers) };
}

export async function fetchBooking(id: string, signal: AbortSignal): Promise<Booking> {
  return (await get(`reservations/${id}/booking/`, { signal })).body;
}

/** What moving seats would cost now. */
export function quoteMove(id: string, moves: Moves): Promise<Quote> {
  return post(`reservations/${id}/quote/`, { moves: Object.fromEntries(moves) });
}

export async function moveSeats(
  id: string,
  moves: Moves,
  settling: Settling,
  difference: string,
  key: string,
): Promise<{ readonly isBuyerMailed: boolean }> {
  const body = { moves: Object.fromEntries(moves), settling, expected_difference: difference };
  const answer = await post(`reservations/${id}/move/`, body, key);
  return { isBuyerMailed: answer.buyer_mailed };
}

export interface NewBuyer {
  readonly name: string;
  readonly email: string;
}

/** Change what is given of a booking's name and address. */
export async function changeBuyer(id: string, { name, email }: Partial<NewBuyer>): Promise<void> {
  const body = {
    ...(name !== undefined && { buyer_name: name }),
    ...(email !== undefined && { buyer_email: email }),
  };
  await patch(`reservations/${id}/booking/`, body);
}

/** Make a booking of its own of some seats. */
export async function splitBooking(
  id: string,
  seatIds: readonly number[],
  { name, email }: NewBuyer,
  key: string,
): Promise<{ readonly made: Booking; readonly isBuyerMailed: boolean }> {
  const body = { seat_ids: seatIds, buyer_name: name, buyer_email: email };
  const answer = await post(`reservations/${id}/split/`, body, key);
  return { made: answer.new_reservation, isBuyerMailed: answer.buyer_mailed };
}

export async function mergeBookings(
  id: string,
  other: string,
  isConfirmed: boolean,
  key: string,
): Promise<{ readonly isBuyerMailed: boolean }> {
  const body = { other, confirm_other_buyer: isConfirmed };
  const answer = await post(`reservations/${id}/merge/`, body, key);
  return { isBuyerMailed: answer.buyer_mailed };
}

export async function markPaid(id: string, key: string): Promise<void> {
  await post(`reservations/${id}/paid/`, undefined, key);
}

export async function sendAgain(id: string, key: string): Promise<void> {
  await post(`reservations/${id}/send/`, undefined, key);
}

/** Mark what the box office owes for an ended booking as paid back. */
export async function markPaidBack(id: string, key: string): Promise<Booking> {
  return (await post(`reservations/${id}/paid-back/`, undefined, key)).reservation;
}
