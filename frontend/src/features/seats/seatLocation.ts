import type { Category } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { featureWords } from '@/features/seats/seatLabels';
import { t } from '@/i18n/language';

/** Describe what a seat's name does not tell: its category and features. */
export function seatDetails(facts: SeatFacts, categories: readonly Category[]): string {
  return [seatCategory(facts, categories), ...featureWords(facts)]
    .filter((part) => part !== '')
    .join(' · ');
}

/**
 * The name of a table that is sold as a whole. The plan format's own name for a table without a label
 * is translated.
 */
export function tableName({ row, group }: SeatFacts): string {
  const number = /^Table (.+)$/.exec(row)?.[1];
  return number === undefined ? row || group : t('seats:place_table', { number });
}

/** The name of a seat's category, unless its section has the same. */
export function seatCategory(
  { categoryId, section }: SeatFacts,
  categories: readonly Category[],
): string {
  const category = categories.find(({ id }) => id === categoryId)?.name ?? '';
  return category === section ? '' : category;
}

/** A row's label. A name of several words, such as "Table 4", needs no prefix. */
export function rowName(row: string): string {
  return row.includes(' ') ? row : t('seats:place_row', { row });
}
