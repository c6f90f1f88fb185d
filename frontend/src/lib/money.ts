import { formatterFor } from '@/lib/i18n/formatter';

const formatter = formatterFor(
  (locale, currency) => new Intl.NumberFormat(locale, { style: 'currency', currency }),
);
const amountFormatter = formatterFor(
  (locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
);

/** Amounts come as decimal strings; sums are made in whole hundredths, never in floats. */
export function sumAmounts(amounts: readonly string[]): string {
  const hundredths = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0);
  return (hundredths / 100).toFixed(2);
}

export function formatMoney(amount: string, currency: string): string {
  try {
    return formatter(currency).format(Number(amount));
  } catch {
    // An organiser may have typed something that is no currency code.
    return `${amount} ${currency}`;
  }
}

/** "50.00 EUR": as a screen reader says it well. */
export function formatAmount(amount: string, currency: string): string {
  return `${amountFormatter().format(Number(amount))} ${currency}`;
}
