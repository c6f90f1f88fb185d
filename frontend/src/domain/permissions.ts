import type { EventSummary, Me } from '@/api/types';

/** Django permission names. */
export type Permission =
  | 'organisations.add_organisation'
  | 'organisations.change_organisation'
  | 'reservations.add_event'
  | 'reservations.change_event'
  | 'reservations.change_reservation'
  | 'reservations.change_seat'
  | 'reservations.scan_ticket'
  | 'reservations.view_event'
  | 'reservations.view_reservation';

type User = Me | null | undefined;

/** Whether the user is an operator with a permission everywhere. The server checks again. */
export function hasPermission(me: User, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}

/** For an organisation and its events; null for events that only operators manage. */
export function hasPermissionIn(
  me: User,
  permission: Permission,
  organisationId: number | null,
): boolean {
  return (
    hasPermission(me, permission) ||
    (me?.organisations.some(
      ({ id, permissions }) => id === organisationId && permissions.includes(permission),
    ) ??
      false)
  );
}

/** Whether the user may follow the sale of an event. */
export function mayWatchSale(
  me: User,
  { organisation }: Pick<EventSummary, 'organisation'>,
): boolean {
  return hasPermissionIn(me, 'reservations.view_reservation', organisation);
}

/** For at least one event. */
export function hasPermissionSomewhere(me: User, permission: Permission): boolean {
  return (
    hasPermission(me, permission) ||
    (me?.organisations.some(({ permissions }) => permissions.includes(permission)) ?? false)
  );
}

/** Whether the organisers' pages have anything for the user, or let them begin. */
export function mayOrganise(me: User): boolean {
  return isOrganiser(me) || hasPermission(me, 'organisations.add_organisation');
}

/** Whether the user organises something already. */
export function isOrganiser(me: User): boolean {
  return (
    (me?.organisations.length ?? 0) > 0 ||
    hasPermission(me, 'reservations.view_event') ||
    hasPermission(me, 'reservations.view_reservation') ||
    hasPermission(me, 'organisations.change_organisation')
  );
}
