import { formatterFor } from '@/i18n/formatter';

const formatter = formatterFor((locale) => new Intl.NumberFormat(locale));

/** "48,210". */
export function formatNumber(number: number): string {
  return formatter().format(number);
}
