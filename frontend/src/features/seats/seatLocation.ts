import type { Category } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { t } from '@/i18n/language';

/** Describe a seat's section, row and category, without what its number contains already. */
export function seatLocation(facts: SeatFacts, categories: readonly Category[]): string {
  const category = categories.find(({ id }) => id === facts.categoryId)?.name ?? '';
  return [
    facts.seatNumber.startsWith(facts.section) ? '' : facts.section,
    facts.row === '' || facts.seatNumber.includes(`${facts.row}, `) ? '' : rowName(facts.row),
    category === facts.section ? '' : category,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** A row's label. A name of several words, such as "Table 4", needs no prefix. */
export function rowName(row: string): string {
  return row.includes(' ') ? row : t('seats:place_row', { row });
}
