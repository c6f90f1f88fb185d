import type { AdmittedSeat } from '@/api/types';
import { t } from '@/i18n/language';
import { formatDateTime, formatTime } from '@/i18n/time';
import '@/i18n/loadReservationsMessages';

/** "19:02, North". */
export function entryText({ at, gate }: Pick<AdmittedSeat, 'at' | 'gate'>): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const when = isToday ? formatTime(at) : formatDateTime(at);
  return gate === '' ? when : t('reservations:entryAtGate', { when, gate });
}
