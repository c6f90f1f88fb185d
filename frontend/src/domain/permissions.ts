import type { Me } from '@/api/types';

/** Django permission names. */
export type Permission =
  | 'reservations.change_reservation'
  | 'reservations.scan_ticket'
  | 'reservations.view_event'
  | 'reservations.view_reservation';

/** Only decides what to show; the server checks again. */
export function hasPermission(me: Me | null | undefined, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}
