import { get, post } from '@/api/client';
import { crossOriginApi } from '@/api/origins';
import type { BuyersPayment, PaymentProgress } from '@/api/types';
import { language } from '@/i18n/language';

/** The open ones. */
export async function fetchPayments(signal: AbortSignal): Promise<BuyersPayment[]> {
  return (await get('payments/', { signal })).body;
}

/** Have the server ask the provider what became of a payment. */
export function refreshPayment(reference: string): Promise<PaymentProgress> {
  return post(`payments/${reference}/refresh/`);
}

/** End an open payment; its seats stay held until their deadline. */
export function giveUpPayment(reference: string): Promise<BuyersPayment> {
  return post(`payments/${reference}/cancel/`);
}

/**
 * The address of an action, which may be relative to the API's host. Pages of that host get the
 * language that was chosen here.
 */
export function actionUrl(url: string): string {
  const host = crossOriginApi ?? window.location.origin;
  const address = new URL(url, host);
  if (address.origin === new URL(host).origin) address.searchParams.set('language', language());
  return address.href;
}
