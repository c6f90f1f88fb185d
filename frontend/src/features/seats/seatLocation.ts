import type { Category } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { featureWords } from '@/features/seats/seatLabels';
import { t } from '@/i18n/language';

/**
 * Describe a seat's section, row, category and features, without what its number contains already.
 */
export function seatLocation(facts: SeatFacts, categories: readonly Category[]): string {
  return joined(
    facts.floor,
    facts.seatNumber.startsWith(facts.section) ? '' : sectionLabel(facts.section),
    facts.row === '' || namesRow(facts) ? '' : rowName(facts.row),
    seatCategory(facts, categories),
    ...featureWords(facts),
  );
}

/**
 * Spell out a seat's number, as in "Block 104 · Row A · Seat 7". Numbers of another form, such as
 * "Table 4, Chair 2", stay as they are.
 */
export function seatName(facts: SeatFacts): string {
  const { floor, section, row, number, seatNumber } = facts;
  return row !== '' && number !== '' && isComposed(facts)
    ? joined(floor, sectionLabel(section), rowName(row), t('seats:place_seat', { number }))
    : joined(floor, seatNumber.startsWith(section) ? '' : sectionLabel(section), seatNumber);
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

/** A section's name. A bare number needs a prefix. */
function sectionLabel(section: string): string {
  return /^\d+$/.test(section) ? t('seats:place_block', { section }) : section;
}

function namesRow(facts: SeatFacts): boolean {
  return facts.seatNumber.includes(`${facts.row}, `) || isComposed(facts);
}

/** Whether a number is made of section, row and number, such as "Stalls F14" or "F-14". */
function isComposed({ section, row, number, seatNumber }: SeatFacts): boolean {
  const rest = seatNumber.startsWith(section) ? seatNumber.slice(section.length) : seatNumber;
  return bare(rest) === bare(row + number);
}

function bare(text: string): string {
  return text.replace(/[\s-]/g, '');
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
