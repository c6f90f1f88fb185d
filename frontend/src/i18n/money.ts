import { formatterFor } from '@/i18n/formatter';

/** `variant` is the currency and the number of decimals. */
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

/** No currency has more decimals. */
const MOST_DIGITS = 4;
const LEAST_DIGITS = 2;

/**
 * Sum decimal strings in integers of the smallest unit, never in floats. The result has as many
 * decimals as the most precise amount.
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
 * Number of decimals: the currency's usual (2 for EUR, 0 for JPY, 3 for KWD), or more if the amount
 * needs them.
 */
function fractionDigits(amount: string, currency: string): number {
  const isWhole = /^-?\d+(\.0*)?$/.test(amount);
  return Math.max(usualDigits(currency), isWhole ? 0 : decimalsOf(amount));
}

function usualDigits(currency: string): number {
  try {
    return formatter(currency).resolvedOptions().maximumFractionDigits ?? LEAST_DIGITS;
  } catch {
    // Organisers can enter invalid currency codes.
    return LEAST_DIGITS;
  }
}

export function formatMoney(amount: string, currency: string): string {
  try {
    return formatter(`${currency} ${fractionDigits(amount, currency)}`).format(Number(amount));
  } catch {
    // Organisers can enter invalid currency codes.
    return `${amount} ${currency}`;
  }
}

/** An amount as it is entered: "50.00" EUR, "5000" JPY. */
export function enteredAmount(amount: string, currency: string): string {
  return Number(amount).toFixed(fractionDigits(amount, currency));
}

/** "€50" or "€50.50", where room is scarce. */
export function formatShortMoney(amount: string, currency: string): string {
  if (decimalsOf(String(Number(amount))) > 0) return formatMoney(amount, currency);
  try {
    return formatter(`${currency} 0`).format(Number(amount));
  } catch {
    return formatMoney(amount, currency);
  }
}

/** "50.00 EUR", for screen readers. */
export function formatAmount(amount: string, currency: string): string {
  const digits = String(fractionDigits(amount, currency));
  return `${plainFormatter(digits).format(Number(amount))} ${currency}`;
}
