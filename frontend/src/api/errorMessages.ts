import { t } from '@/i18n/language';
import { isMessageKey } from '@/i18n/messageKey';
import { formatDateTime } from '@/i18n/time';

/** The fields of an error response besides `code`. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

const MAX_WAIT_IN_SECONDS = 90;
const MAX_WAIT_IN_MINUTES = 90;

/** Message for an error code in the user's language; null for an unknown code. */
export function messageForCode(
  code: string,
  details: ErrorDetails = {},
  retryAfterSeconds: number | null = null,
): string | null {
  return detailedMessage(code, details, retryAfterSeconds) ?? firstMessage([`code_${code}`]);
}

/** Message for a form field's error code; null for an unknown code. */
export function messageForField(field: string, code: string): string | null {
  // The `buyer_email` of a form is an `email` too.
  const kind = field.slice(field.lastIndexOf('_') + 1);
  return firstMessage([`field_${field}_${code}`, `field_${kind}_${code}`, `field_${code}`]);
}

/** All but the first come with the pages of accounts, organisers, ticket checks and payments. */
const NAMESPACES = ['errors', 'accountErrors', 'organiserErrors', 'payments'];

/** The message of the first key that has one. */
function firstMessage(names: readonly string[]): string | null {
  const keys = names.flatMap((name) => NAMESPACES.map((each) => `${each}:${name}`));
  const key = keys.find(isMessageKey);
  return key === undefined ? null : t(key);
}

function detailedMessage(
  code: string,
  details: ErrorDetails,
  retryAfterSeconds: number | null,
): string | null {
  switch (code) {
    case 'seat_limit':
      return withCount(details['seat_cap'], (count) => t('errors:code_seat_limitOf', { count }));
    case 'purchase_limit':
      return withCount(details['purchase_cap'], (count) =>
        t('errors:code_purchase_limitOf', { count }),
      );
    case 'lock_cooldown':
      return withTime(details['available_at'], (when) =>
        t('errors:code_lock_cooldownUntil', { when }),
      );
    case 'no_seats_together':
      return withCount(details['largest'], (count) =>
        t('errors:code_no_seats_togetherLargest', { count }),
      );
    case 'area_full':
      return withCount(details['left'], (count) => t('errors:code_area_fullLeft', { count }));
    case 'sales_not_open':
      return withTime(details['sales_open_at'], (when) =>
        t('errors:code_sales_not_openUntil', { when }),
      );
    case 'cancellation_closed':
      return withTime(details['cancel_until'], (when) =>
        t('errors:code_cancellation_closedSince', { when }),
      );
    case 'throttled':
      return withCount(retryAfterSeconds, throttledMessage);
    default:
      return null;
  }
}

function throttledMessage(seconds: number): string {
  if (seconds < MAX_WAIT_IN_SECONDS) {
    return t('errors:code_throttledForSeconds', { count: seconds });
  }
  const minutes = Math.ceil(seconds / 60);
  return minutes < MAX_WAIT_IN_MINUTES
    ? t('errors:code_throttledForMinutes', { count: minutes })
    : t('errors:code_throttledForHours', { count: Math.ceil(minutes / 60) });
}

function withCount(value: unknown, say: (count: number) => string): string | null {
  return typeof value === 'number' && value > 0 ? say(value) : null;
}

function withTime(value: unknown, say: (when: string) => string): string | null {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
    ? say(formatDateTime(value))
    : null;
}
