import { get } from '@/lib/api/client';
import type { EventDetail, EventSummary, Layout, Lock, Seat } from '@/lib/api/types';

export interface SeatList {
  readonly layout: string;
  readonly seats: readonly Seat[];
}

export async function fetchEvents(signal: AbortSignal): Promise<EventSummary[]> {
  return (await get<EventSummary[]>('events/', signal)).body;
}

export async function fetchEvent(eventId: number, signal: AbortSignal): Promise<EventDetail> {
  return (await get<EventDetail>(`events/${eventId}/`, signal)).body;
}

/** What is static about an event's seats; the same for as long as the layout is. */
export async function fetchLayout(
  eventId: number,
  layout: string,
  signal: AbortSignal,
): Promise<Layout> {
  return (await get<Layout>(`events/${eventId}/layouts/${layout}/`, signal)).body;
}

export async function fetchSeats(eventId: number, signal: AbortSignal): Promise<SeatList> {
  const { body, headers } = await get<Seat[]>(`events/${eventId}/seats/`, signal);
  return { layout: String(headers['x-seatcast-layout']), seats: body };
}

export async function fetchOwnLocks(eventId: number, signal: AbortSignal): Promise<Lock[]> {
  return (await get<Lock[]>(`events/${eventId}/locks/`, signal)).body;
}
