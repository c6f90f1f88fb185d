import type { Path } from 'react-router';

/** Sign in, then return to this page. */
export function signInPath({ pathname, search }: Pick<Path, 'pathname' | 'search'>): string {
  return withReturn('/sign-in', pathname + search);
}

export function withReturn(path: string, returnTo: string): string {
  return returnTo === '/' ? path : `${path}?${new URLSearchParams({ next: returnTo }).toString()}`;
}

/** Where to go after signing in: only paths of this site are accepted. */
export function returnPath(search: URLSearchParams): string {
  const next = search.get('next') ?? '/';
  return isLocal(next) && !/^\/(sign-in|register|password)\b/.test(next) ? next : '/';
}

/**
 * Whether browsers resolve it to this site: they treat a backslash as a slash and ignore tabs and
 * line breaks.
 */
function isLocal(path: string): boolean {
  return path.startsWith('/') && !/^\/[/\\]/.test(path.replace(/[\t\n\r]/g, ''));
}

export function eventPath(eventId: number): string {
  return `/events/${eventId}`;
}

/** The organisers' home. */
export const SALES_PATH = '/organise';

export type OrganisationTab = 'events' | 'plans' | 'members' | 'webhooks';

export function organisationPath(organisationId: number, tab: OrganisationTab = 'events'): string {
  const path = `${SALES_PATH}/organisations/${organisationId}`;
  return tab === 'events' ? path : `${path}/${tab}`;
}

/** The settings of an event, for its organisers. */
export function eventSettingsPath(eventId: number): string {
  return `${SALES_PATH}/events/${eventId}/settings`;
}

/** The organiser's live view of an event. */
export function salePath(eventId: number): string {
  return `${SALES_PATH}/${eventId}`;
}

/** Selling an event's seats at the box office. */
export function boxOfficePath(eventId: number): string {
  return `${SALES_PATH}/events/${eventId}/box-office`;
}

/** What happened in an event's sale. */
export function historyPath(eventId: number): string {
  return `${SALES_PATH}/events/${eventId}/history`;
}

/** The bookings of an event; with a number, that one, or the one with its seats being moved. */
export function bookingsPath(eventId: number, booking?: string, doing?: 'move'): string {
  const path = `${SALES_PATH}/events/${eventId}/bookings`;
  if (booking === undefined) return path;
  const query = new URLSearchParams({ booking, ...(doing !== undefined && { doing }) });
  return `${path}?${query.toString()}`;
}

export function planPath(planId: number): string {
  return `${SALES_PATH}/plans/${planId}`;
}

/** The editor of a plan. */
export function planEditPath(planId: number): string {
  return `${planPath(planId)}/edit`;
}

export function reservationPath(reservationId: string): string {
  return `/reservations/${reservationId}`;
}

/** The page of a payment, to which the provider leads the buyer back. */
export function paymentPath(reference: string): string {
  return `/payments/${reference}`;
}

/** The state of a location: a payment that has just been started. */
export const FROM_CHECKOUT = 'checkout';

/** The page with which a device scans tickets at an event's door. */
export function doorPath(eventId: number): string {
  return `/door/${eventId}`;
}

/** An event's doors, for its organisers. */
export function doorsPath(eventId: number): string {
  return `${SALES_PATH}/events/${eventId}/doors`;
}

/** The page to enter a ticket code. */
export const DOOR_PATH = '/tickets';

/** The page a ticket's QR code leads to. */
export function ticketPath(code: string): string {
  return `/tickets/${encodeURIComponent(code)}`;
}
