import type { Category } from '@/lib/api/types';
import type { SeatFacts } from '@/lib/seatmap/seats';

/** Where a seat is, leaving out what its number says already. */
export function seatPlace(facts: SeatFacts, categories: readonly Category[]): string {
  const category = categories.find(({ id }) => id === facts.categoryId)?.name ?? '';
  return [
    facts.seatNumber.startsWith(facts.section) ? '' : facts.section,
    facts.row === '' ? '' : `Row ${facts.row}`,
    category === facts.section ? '' : category,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
