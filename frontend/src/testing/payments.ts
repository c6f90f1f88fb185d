import type { BuyersPayment, PaymentProgress } from '@/api/types';

export const REFERENCE = '0123456789abcdef0123456789abcdef';
export const PAYMENT_PATH = `/payments/${REFERENCE}`;

export function makePayment(fields: Partial<BuyersPayment> = {}): BuyersPayment {
  return {
    reference: REFERENCE,
    event: 7,
    event_name: 'The Late Set',
    date: '2026-12-01T19:00:00Z',
    time_zone: 'Europe/Berlin',
    seats: ['A1', 'A2'],
    amount: '100.00',
    currency: 'EUR',
    payment_method: 'card_asking',
    state: 'open',
    expires_at: '2026-11-25T12:15:00Z',
    reservation_id: null,
    ...fields,
  };
}

export function makeProgress(
  fields: Partial<BuyersPayment> = {},
  more: Partial<PaymentProgress> = {},
): readonly [number, PaymentProgress] {
  return [200, { payment: makePayment(fields), action_url: null, is_declined: false, ...more }];
}
