import { get, post } from '@/api/client';
import type {
  AllocatedSeats,
  AllocationRequest,
  NewPromoCode,
  PromoCode,
  SoldAnswer,
  SaleRequest,
  SeatsAnswer,
  SeatUse,
} from '@/api/types';

/** What seats are kept for, the newest first. */
export async function fetchAllocations(
  eventId: number,
  signal: AbortSignal,
): Promise<AllocatedSeats[]> {
  return (await get(`events/${eventId}/box-office/allocations/`, { signal })).body;
}

/** Who has a seat. */
export async function fetchSeatUse(
  eventId: number,
  seatId: number,
  signal: AbortSignal,
): Promise<SeatUse> {
  return (await get(`events/${eventId}/box-office/seats/${seatId}/`, { signal })).body;
}

/** Sell or give away all of these seats, or none. */
export function sellSeats(eventId: number, sale: SaleRequest, key: string): Promise<SoldAnswer> {
  return post(`events/${eventId}/box-office/sell/`, sale, key);
}

/** Keep all of these seats off sale, or none. */
export function allocateSeats(
  eventId: number,
  allocation: AllocationRequest,
  key: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/box-office/allocate/`, allocation, key);
}

export function unblockSeats(
  eventId: number,
  seatIds: readonly number[],
  key: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/box-office/unblock/`, { seat_ids: [...seatIds] }, key);
}

/** The promo codes of an event, the newest first. */
export async function fetchPromoCodes(eventId: number, signal: AbortSignal): Promise<PromoCode[]> {
  return (await get(`events/${eventId}/box-office/codes/`, { signal })).body;
}

/** Create a code that opens the seats of an allocation. */
export function createPromoCode(eventId: number, code: NewPromoCode): Promise<PromoCode> {
  return post(`events/${eventId}/box-office/codes/`, code);
}

export function withdrawPromoCode(eventId: number, codeId: number): Promise<PromoCode> {
  return post(`events/${eventId}/box-office/codes/${codeId}/withdraw/`);
}

/** Release other people's locks. */
export function releaseLocks(
  eventId: number,
  seatIds: readonly number[],
  key: string,
): Promise<SeatsAnswer> {
  return post(`events/${eventId}/box-office/release/`, { seat_ids: [...seatIds] }, key);
}
