import { formatterFor } from '@/lib/i18n/formatter';

const formatter = formatterFor(
  (locale, currency) => new Intl.NumberFormat(locale, { style: 'currency', currency }),
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
