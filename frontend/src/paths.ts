import type { Path } from 'react-router';

/** Sign in, then come back to where one was. */
export function signInPath({ pathname, search }: Pick<Path, 'pathname' | 'search'>): string {
  return withReturn('/sign-in', pathname + search);
}

export function withReturn(path: string, returnTo: string): string {
  return returnTo === '/' ? path : `${path}?${new URLSearchParams({ next: returnTo }).toString()}`;
}

/** Where to go after signing in: only ever a page of this site, whatever the link said. */
export function returnPath(search: URLSearchParams): string {
  const next = search.get('next') ?? '/';
  return isLocal(next) && !/^\/(sign-in|register|password)\b/.test(next) ? next : '/';
}

/** As browsers read it: they take a backslash for a slash, and leave out tabs and line breaks. */
function isLocal(path: string): boolean {
  return path.startsWith('/') && !/^\/[/\\]/.test(path.replace(/[\t\n\r]/g, ''));
}

export function eventPath(eventId: number): string {
  return `/events/${eventId}`;
}

/** Where an organiser watches an event sell. */
export function salePath(eventId: number): string {
  return `/organise/${eventId}`;
}

export function reservationPath(reservationId: string): string {
  return `/reservations/${reservationId}`;
}

/** Where a ticket's code can be typed. */
export const DOOR_PATH = '/tickets';

/** Where a ticket is checked: what its QR code says. */
export function ticketPath(code: string): string {
  return `/tickets/${encodeURIComponent(code)}`;
}
