import type { Category } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';
import type { SeatFacts } from '@/lib/seatmap/seats';

/** Where a seat is, leaving out what its number says already. */
export function seatPlace(facts: SeatFacts, categories: readonly Category[]): string {
  const category = categories.find(({ id }) => id === facts.categoryId)?.name ?? '';
  return [
    facts.seatNumber.startsWith(facts.section) ? '' : facts.section,
    facts.row === '' ? '' : t('seats:place_row', { row: facts.row }),
    category === facts.section ? '' : category,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
