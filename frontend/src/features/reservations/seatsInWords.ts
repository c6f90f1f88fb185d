import { listOf, t } from '@/i18n/language';

/** "seats A1 and A2". */
export function seatsInWords(seatNumbers: readonly string[]): string {
  return t('common:seat', { count: seatNumbers.length, list: listOf(seatNumbers) });
}
