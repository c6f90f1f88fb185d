import type { PaymentMethod, Reservation } from '@/api/types';
import { assertNever } from '@/domain/assertNever';
import { t } from '@/i18n/language';
import type { MessageKey } from '@/i18n/messageKey';
import { formatDateTime } from '@/i18n/time';

type Paid = Pick<Reservation, 'status' | 'payment_status'>;
type Owed = Paid &
  Pick<Reservation, 'payment_due_at' | 'time_zone' | 'to_pay_back' | 'paid_back_at'>;

const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Methods that are paid after booking; all others are paid at once. */
const PAID_LATER: readonly string[] = ['invoice', 'cash'];

/** Names of the default methods, which are translated. Others are shown as entered. */
const USUAL_METHODS = new Map<string, MessageKey>([
  ['Card', 'payments:method_card'],
  ['Card whose bank asks first', 'payments:method_cardAsking'],
  ['Card that is blocked after the booking', 'payments:method_cardBlocked'],
  ['Card that is declined', 'payments:method_cardDeclined'],
  ["Card whose bank's first answers are lost", 'payments:method_cardLost'],
  ['Card of a slow bank', 'payments:method_cardSlow'],
  ['Cash at the box office', 'payments:method_cash'],
  ['Invoice', 'payments:method_invoice'],
]);

export function methodName({ name }: Pick<PaymentMethod, 'name'>): string {
  const key = USUAL_METHODS.get(name);
  return key === undefined ? name : t(key);
}

export function isPaidNow(method: string): boolean {
  return !PAID_LATER.includes(method);
}

/** Whether the door refuses its ticket because it is not paid. */
export function isUnpaid({ payment_status: payment }: Paid): boolean {
  return payment === 'due' || payment === 'authorised';
}

/** When a method is paid; `withinSeconds` is the deadline for late payment. */
export function whenPaid(method: string, withinSeconds: number): string {
  if (isPaidNow(method)) return t('payments:payNow');
  return withinSeconds < 2 * DAY_SECONDS
    ? t('payments:payWithin_hours', {
        count: Math.max(1, Math.floor(withinSeconds / HOUR_SECONDS)),
      })
    : t('payments:payWithin_days', { count: Math.floor(withinSeconds / DAY_SECONDS) });
}

/** The payment status as text. */
export function paymentText({
  status,
  payment_status: payment,
  payment_due_at: dueAt,
  time_zone: timeZone,
  to_pay_back: toPayBack,
  paid_back_at: paidBackAt,
}: Owed): string {
  if (toPayBack !== null) return t('payments:payment_toPayBack');
  if (paidBackAt !== null) return t('payments:payment_paidBack');
  switch (payment) {
    case null:
      return status === 'confirmed'
        ? t('payments:payment_atTheBoxOffice')
        : t('payments:payment_none');
    case 'authorised':
      return t('payments:payment_underWay');
    case 'due':
      return dueAt === null
        ? t('payments:payment_atTheBoxOffice')
        : t('payments:payment_dueBy', { when: formatDateTime(dueAt, timeZone) });
    case 'paid':
    case 'captured':
      return t('payments:payment_paid');
    case 'refund_due':
      return t('payments:payment_refundUnderWay');
    case 'refund_failed':
      return t('payments:payment_refundFailed');
    case 'refunded':
      return t('payments:payment_refunded');
    case 'declined':
    case 'void_due':
    case 'voided':
      return t('payments:payment_notCharged');
    default:
      return assertNever(payment);
  }
}
