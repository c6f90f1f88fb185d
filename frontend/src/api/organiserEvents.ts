import { get, patch, post, put, putFile, remove } from '@/api/client';
import { type EventPage, nextPlace } from '@/api/events';
import type {
  CategoryEdit,
  EventFields,
  EventSettings,
  MailPreview,
  NewEvent,
  PricedCategories,
  TicketTypeEdit,
} from '@/api/types';

/** Page size of an organisation's events. */
const EVENTS_AT_ONCE = 50;

export async function fetchOrganisationEvents(
  organisationId: number,
  withPast: boolean,
  after: string | null,
  signal: AbortSignal,
): Promise<EventPage> {
  const query = {
    limit: EVENTS_AT_ONCE,
    ...(!withPast && { upcoming: 'true' }),
    ...(after !== null && { after }),
  };
  const { body, headers } = await get(`organisations/${organisationId}/events/`, { signal, query });
  return { events: body, next: nextPlace(headers.get('Link')) };
}

/** Create a draft; returns its id. */
export async function createEvent(organisationId: number, event: NewEvent): Promise<number> {
  return (await post(`organisations/${organisationId}/events/`, event)).id;
}

/** Create a draft like an event, at another date in its time zone; returns its id. */
export async function duplicateEvent(eventId: number, date: string, name: string): Promise<number> {
  return (await post(`events/${eventId}/duplicate/`, { date, name })).id;
}

/** The mail that buyers of an event get. */
export async function fetchMails(
  eventId: number,
  language: 'en' | 'de',
  signal: AbortSignal,
): Promise<readonly MailPreview[]> {
  return (await get(`events/${eventId}/mails/`, { signal, query: { language } })).body;
}

export async function fetchEventSettings(
  eventId: number,
  signal: AbortSignal,
): Promise<EventSettings> {
  return (await get(`events/${eventId}/settings/`, { signal })).body;
}

/** Refused with `stale_event` if the event has another revision. */
export async function editEvent(
  eventId: number,
  fields: EventFields,
  revision: number,
): Promise<EventSettings> {
  return patch(`events/${eventId}/settings/`, fields, revision);
}

export async function fetchCategories(
  eventId: number,
  signal: AbortSignal,
): Promise<PricedCategories> {
  return (await get(`events/${eventId}/categories/`, { signal })).body;
}

/** Refused with `stale_event` if the event has another revision. */
export async function editCategories(
  eventId: number,
  categories: readonly CategoryEdit[],
  revision: number,
): Promise<PricedCategories> {
  return put(`events/${eventId}/categories/`, { categories }, revision);
}

/** Refused with `stale_event` if the event has another revision. */
export async function replaceTicketTypes(
  eventId: number,
  types: readonly TicketTypeEdit[],
  revision: number,
): Promise<void> {
  await put(`events/${eventId}/ticket-types/`, { ticket_types: types }, revision);
}

export async function publishEvent(eventId: number, membersOnly: boolean): Promise<EventSettings> {
  const body = { is_draft: false, members_only: membersOnly };
  return post(`events/${eventId}/publish/`, body);
}

export async function unpublishEvent(eventId: number): Promise<EventSettings> {
  return post(`events/${eventId}/publish/`, { is_draft: true, members_only: false });
}

export async function openSale(eventId: number): Promise<EventSettings> {
  return post(`events/${eventId}/open-sale/`);
}

export async function closeSale(eventId: number): Promise<EventSettings> {
  return post(`events/${eventId}/close-sale/`);
}

export async function cancelEvent(eventId: number): Promise<EventSettings> {
  return (await post(`events/${eventId}/cancel-event/`)).event;
}

/** Send the event's mail that failed again; return how many. */
export async function sendMailsAgain(eventId: number): Promise<number> {
  return (await post(`events/${eventId}/mails/`)).count;
}

export async function setPicture(eventId: number, file: Blob): Promise<EventSettings> {
  return putFile(`events/${eventId}/picture/`, file);
}

export async function removePicture(eventId: number): Promise<EventSettings> {
  return remove(`events/${eventId}/picture/`);
}
