import type { Me } from '@/api/types';

/** What the server lets some people do, by the names that it has for it. */
export type Permission =
  | 'reservations.change_reservation'
  | 'reservations.scan_ticket'
  | 'reservations.view_event'
  | 'reservations.view_reservation';

/** The server decides again; this only says what is worth showing. */
export function hasPermission(me: Me | null | undefined, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}
