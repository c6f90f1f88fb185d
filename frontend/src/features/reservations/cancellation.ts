import type { Reservation } from '@/lib/api/types';
import { useHasCome } from '@/lib/hooks/useHasCome';
import { t } from '@/lib/i18n/language';
import { formatDateTime } from '@/lib/time';

const WALL_CLOCK = { now: () => Date.now() };

/** Whether it has become too late for the buyer to cancel. */
export function useCancellationEnd({ cancel_until: until }: Reservation): boolean {
  return useHasCome(Date.parse(until), WALL_CLOCK);
}

export function cancelNote(reservation: Reservation, mayNotCancel: boolean): string {
  const { cancelled_at: cancelledAt, cancel_until: cancelUntil } = reservation;
  if (reservation.status === 'cancelled') {
    return cancelledAt === null
      ? ''
      : t('reservations:cancelledOn', { when: formatDateTime(cancelledAt) });
  }
  const when = formatDateTime(cancelUntil);
  return mayNotCancel
    ? t('reservations:couldCancelUntil', { when })
    : t('reservations:cancelUntil', { when });
}
