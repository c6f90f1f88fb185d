import { dateHeaderClock } from '@/api/dateHeaderClock';
import type { Reservation } from '@/api/types';
import { useTimeReached } from '@/hooks/useTimeReached';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

/** Whether the cancellation deadline has passed, once the server's time is known. */
export function useCancellationEnd({ cancel_until: until }: Reservation): boolean {
  return useTimeReached(dateHeaderClock.isSet() ? Date.parse(until) : null, dateHeaderClock);
}

export function cancelNote(reservation: Reservation, mayNotCancel: boolean): string {
  const {
    cancelled_at: cancelledAt,
    cancel_until: cancelUntil,
    payment_due_at: dueAt,
    time_zone: timeZone,
  } = reservation;
  if (reservation.merged_into !== null) {
    return t('reservations:mergedInto', { id: reservation.merged_into });
  }
  if (reservation.status === 'cancelled') {
    return cancelledAt === null
      ? ''
      : t('reservations:cancelledOn', { when: formatDateTime(cancelledAt) });
  }
  if (reservation.status === 'lapsed') {
    return dueAt === null
      ? ''
      : t('reservations:lapsedNote', { when: formatDateTime(dueAt, timeZone) });
  }
  const when = formatDateTime(cancelUntil, timeZone);
  return mayNotCancel
    ? t('reservations:couldCancelUntil', { when })
    : t('reservations:cancelUntil', { when });
}
