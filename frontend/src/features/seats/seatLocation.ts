import type { Category } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { kindOf, type NamedSeat, seatWords, sectionWords } from '@/domain/seatWords';
import { featureWords } from '@/features/seats/seatLabels';
import { t } from '@/i18n/language';

/**
 * Describe a seat's section, row, category and features, without what its number contains already.
 */
export function seatLocation(facts: SeatFacts, categories: readonly Category[]): string {
  return joined(
    facts.floor,
    facts.seatNumber.startsWith(facts.section) ? '' : sectionWords(facts.section),
    facts.row === '' || namesRow(facts) ? '' : rowName(facts.row),
    seatCategory(facts, categories),
    ...featureWords(facts),
  );
}

/** A seat in words, as on its ticket. */
export function seatName(facts: SeatFacts): string {
  return seatWords(named(facts));
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

function namesRow(facts: SeatFacts): boolean {
  return facts.seatNumber.includes(`${facts.row}, `) || kindOf(named(facts)) === 'composed';
}

function named(facts: SeatFacts): NamedSeat {
  return { ...facts, seat_number: facts.seatNumber, is_place: facts.isPlace };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
