import { formatList, t } from '@/i18n/language';

/** "seats A1 and A2". */
export function seatList(seatNumbers: readonly string[]): string {
  return t('common:seat', { count: seatNumbers.length, list: formatList(seatNumbers) });
}
