import type { Reservation } from '@/lib/api/types';
import { assertNever } from '@/lib/assertNever';

type Paid = Pick<Reservation, 'status' | 'payment_status'>;

/** Methods that take no money before the evening; everything else is paid at once. */
const PAID_LATER: Readonly<Record<string, string>> = {
  invoice: 'Pay later',
  cash: 'Pay on arrival',
};

export function isPaidNow(method: string): boolean {
  return !(method in PAID_LATER);
}

export function whenPaid(method: string): string {
  return PAID_LATER[method] ?? 'Pay now';
}

/** How the money of a reservation stands. */
export function paymentInWords({ status, payment_status: payment }: Paid): string {
  switch (payment) {
    case null:
      return status === 'confirmed' ? 'Pay at the box office' : 'Nothing to pay';
    case 'authorised':
      return 'Payment under way';
    case 'captured':
      return 'Paid';
    case 'refund_due':
      return 'Refund under way';
    case 'refunded':
      return 'Refunded';
    case 'declined':
    case 'void_due':
    case 'voided':
      return 'Not charged';
    default:
      return assertNever(payment);
  }
}

/** Whether that will soon be different by itself. */
export function isPaymentMoving({ payment_status: payment }: Paid): boolean {
  return payment === 'authorised' || payment === 'refund_due';
}
