import type { Delivery, MessageKind } from '@/api/types';
import { t } from '@/i18n/language';

export const KINDS: readonly MessageKind[] = [
  'booking.created',
  'booking.changed',
  'booking.cancelled',
  'booking.checked_in',
  'event.sold_out',
];

/** What a message of a kind says, as the end of "when …". */
export function kindText(kind: Delivery['kind']): string {
  switch (kind) {
    case 'booking.created':
      return t('webhooks:kind_booking_created');
    case 'booking.changed':
      return t('webhooks:kind_booking_changed');
    case 'booking.cancelled':
      return t('webhooks:kind_booking_cancelled');
    case 'booking.checked_in':
      return t('webhooks:kind_booking_checked_in');
    case 'event.sold_out':
      return t('webhooks:kind_event_sold_out');
    case 'webhook.test':
      return t('webhooks:test_kind');
  }
}
