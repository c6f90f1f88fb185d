import { formatterFor } from '@/lib/i18n/formatter';

const formatter = formatterFor(
  (locale, currency) => new Intl.NumberFormat(locale, { style: 'currency', currency }),
);
const amountFormatter = formatterFor((locale, currency) => {
  const digits = fractionDigits(currency);
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
});

/** No currency has smaller parts. */
const MOST_DIGITS = 4;
const LEAST_DIGITS = 2;

/**
 * Amounts come as decimal strings; sums are made in whole numbers of their smallest part, never in
 * floats, and have as many decimals as the amount that has most.
 */
export function sumAmounts(amounts: readonly string[]): string {
  const digits = amounts.reduce((most, amount) => Math.max(most, decimalsOf(amount)), LEAST_DIGITS);
  const scale = 10 ** Math.min(digits, MOST_DIGITS);
  const sum = amounts.reduce((total, amount) => total + Math.round(Number(amount) * scale), 0);
  return (sum / scale).toFixed(Math.min(digits, MOST_DIGITS));
}

function decimalsOf(amount: string): number {
  return amount.split('.')[1]?.length ?? 0;
}

/** How many decimals a currency is written with: 2 for EUR, none for JPY, 3 for KWD. */
function fractionDigits(currency: string): number {
  try {
    return formatter(currency).resolvedOptions().maximumFractionDigits ?? LEAST_DIGITS;
  } catch {
    // An organiser may have typed something that is no currency code.
    return LEAST_DIGITS;
  }
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
  return `${amountFormatter(currency).format(Number(amount))} ${currency}`;
}
