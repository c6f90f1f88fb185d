import { get } from '@/api/client';
import type {
  EventDetail,
  EventSummary,
  Layout,
  Lock,
  Miniature,
  ReleasedLock,
  SaleFigures,
  Seat,
} from '@/api/types';

/** Page size: each event card draws a picture. */
const EVENTS_AT_ONCE = 24;

export interface SeatList {
  readonly layout: string;
  readonly seats: readonly Seat[];
}

/** One page of the event list; `next` is the cursor of the next page, null on the last one. */
export interface EventPage {
  readonly events: readonly EventSummary[];
  readonly next: string | null;
}

/** Which events to list. */
export interface EventChoice {
  /** Words that are all in the name, the venue or the description. */
  readonly search?: string;
  /** ISO times: the first is included, the second is not. */
  readonly starts_from?: string;
  readonly starts_before?: string;
  /** Leave out events that are over. */
  readonly upcoming?: 'true';
  /** Leave those that the user helps to organise. */
  readonly managed?: 'true';
  /** Leave those whose tickets the user may scan. */
  readonly scannable?: 'true';
}

export async function fetchEvents(
  choice: EventChoice,
  after: string | null,
  signal: AbortSignal,
): Promise<EventPage> {
  const query = { limit: EVENTS_AT_ONCE, ...choice, ...(after !== null && { after }) };
  const { body, headers } = await get('events/', { signal, query });
  return { events: body, next: nextPlace(headers.get('Link')) };
}

export async function fetchEvent(eventId: number, signal: AbortSignal): Promise<EventDetail> {
  return (await get(`events/${eventId}/`, { signal })).body;
}

/** Fetch a hall as some hundred points, with what is left of it. */
export async function fetchMiniature(eventId: number, signal: AbortSignal): Promise<Miniature> {
  return (await get(`events/${eventId}/miniature/`, { signal })).body;
}

/** Fetch the static data of an event's seats. Never changes for the same `layout` hash. */
export async function fetchLayout(
  eventId: number,
  layout: string,
  signal: AbortSignal,
): Promise<Layout> {
  return (await get(`events/${eventId}/layouts/${layout}/`, { signal })).body;
}

export async function fetchSeats(eventId: number, signal: AbortSignal): Promise<SeatList> {
  const { body, headers } = await get(`events/${eventId}/seats/`, { signal });
  return { layout: headers.get('X-Seatcast-Layout') ?? '', seats: body };
}

export async function fetchSaleFigures(eventId: number, signal: AbortSignal): Promise<SaleFigures> {
  return (await get(`events/${eventId}/figures/`, { signal })).body;
}

export async function fetchOwnLocks(eventId: number, signal: AbortSignal): Promise<Lock[]> {
  return (await get(`events/${eventId}/locks/`, { signal })).body;
}

/** Fetch the seats whose lock the box office took from the caller lately. */
export async function fetchReleasedLocks(eventId: number): Promise<ReleasedLock[]> {
  return (await get(`events/${eventId}/released-locks/`)).body;
}

/** Cursor of the next page, from the `Link` header (RFC 8288). */
export function nextPlace(link: string | null): string | null {
  const url = /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1];
  return url === undefined ? null : new URL(url, location.href).searchParams.get('after');
}
