import type { Role } from '@/api/types';
import { t } from '@/i18n/language';

/** The roles, from the most to the fewest permissions. */
export const ROLES: readonly Role[] = ['owner', 'editor', 'box_office', 'door', 'viewer'];

export function roleName(role: Role | null): string {
  return t(`organisations:role_${role ?? 'none'}`);
}

/** What somebody with the role does. */
export function roleDuty(role: Role): string {
  return t(`organisations:does_${role}`);
}
