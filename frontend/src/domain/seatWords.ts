/**
 * Seats in words, as on tickets: "Stalls, row R, seat 17". The server's `seat_words.py` does the
 * same; both are tested with the same seats.
 */

import { grouped } from '@/domain/grouped';
import { t } from '@/i18n/language';

export interface NamedSeat {
  readonly section: string;
  readonly row: string;
  readonly number: string;
  readonly seat_number: string;
  readonly floor?: string;
  /** A place of a standing area, which has no number for its owner. */
  readonly is_place?: boolean;
}

export function seatWords(seat: NamedSeat): string {
  return seatsInWords([seat]);
}

/** Seats in words, those of one row together: "Stalls, row R, seats 17, 18". */
export function seatsInWords(seats: readonly NamedSeat[]): string {
  const rows = grouped(seats, (seat) => JSON.stringify([kindOf(seat), ...around(seat)]));
  return [...rows.values()].map(rowWords).join('; ');
}

function rowWords(seats: readonly NamedSeat[]): string {
  const [first] = seats;
  if (first === undefined) return '';
  const parts = [...around(first), numbers(kindOf(first), seats)].filter((part) => part !== '');
  const words = parts.join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The floor, the section and the row. */
function around(seat: NamedSeat): readonly string[] {
  const row = kindOf(seat) === 'composed' ? seat.row : '';
  return [seat.floor ?? '', sectionWords(seat.section), row === '' ? '' : rowPart(row)];
}

/** A section's name. A bare number needs a prefix. */
export function sectionWords(section: string): string {
  return /^\d+$/.test(section) ? t('seats:place_block', { section }) : section;
}

/** A name of several words, such as "Table 4", needs no prefix. */
function rowPart(row: string): string {
  return row.replace(COPY, '').includes(' ') ? row : t('seats:words_row', { row });
}

function numbers(kind: Kind, seats: readonly NamedSeat[]): string {
  const count = seats.length;
  if (kind === 'place') return t('seats:words_place', { count });
  if (kind === 'own') return seats.map(withoutSection).join(', ');
  return t('seats:words_seat', { count, list: seats.map(({ number }) => number).join(', ') });
}

type Kind = 'place' | 'composed' | 'own';

/** Whether a seat's name is made of its row and number, or is one of its own. */
export function kindOf(seat: NamedSeat): Kind {
  if (seat.is_place === true) return 'place';
  const { row, number } = seat;
  const rest = withoutSection(seat);
  // Seats of a row with the name of another one have numbered names too.
  const isComposed =
    bare(rest) === bare(row + number) ||
    (COPY.test(row) && bare(rest.replace(COPY, '')) === bare(row.replace(COPY, '') + number));
  return number !== '' && isComposed ? 'composed' : 'own';
}

const COPY = / \(\d+\)$/;

function withoutSection({ section, seat_number: name }: NamedSeat): string {
  return section !== '' && name.startsWith(`${section} `) ? name.slice(section.length + 1) : name;
}

function bare(text: string): string {
  return text.replace(/[\s-]/g, '');
}
