import { formatterFor } from '@/i18n/formatter';

/** By the currency, and how many decimals an amount needs. */
const formatter = formatterFor((locale, variant) => {
  const [currency = '', digits] = variant.split(' ');
  const form = { style: 'currency', currency } as const;
  return digits === undefined
    ? new Intl.NumberFormat(locale, form)
    : new Intl.NumberFormat(locale, { ...form, minimumFractionDigits: Number(digits) });
});
const plainFormatter = formatterFor((locale, digits) => {
  const form = { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) };
  return new Intl.NumberFormat(locale, form);
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

/**
 * How many decimals an amount is written with: as many as usual in its currency (2 for EUR, none
 * for JPY, 3 for KWD), or more where that would round what is to be paid.
 */
function fractionDigits(amount: string, currency: string): number {
  const isWhole = /^-?\d+(\.0*)?$/.test(amount);
  return Math.max(usualDigits(currency), isWhole ? 0 : decimalsOf(amount));
}

function usualDigits(currency: string): number {
  try {
    return formatter(currency).resolvedOptions().maximumFractionDigits ?? LEAST_DIGITS;
  } catch {
    // An organiser may have typed something that is no currency code.
    return LEAST_DIGITS;
  }
}

export function formatMoney(amount: string, currency: string): string {
  try {
    return formatter(`${currency} ${fractionDigits(amount, currency)}`).format(Number(amount));
  } catch {
    // An organiser may have typed something that is no currency code.
    return `${amount} ${currency}`;
  }
}

/** "50.00 EUR": as a screen reader says it well. */
export function formatAmount(amount: string, currency: string): string {
  const digits = String(fractionDigits(amount, currency));
  return `${plainFormatter(digits).format(Number(amount))} ${currency}`;
}
