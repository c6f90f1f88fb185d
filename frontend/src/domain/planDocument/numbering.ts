import {
  type Key,
  type PlanDocument,
  type Row,
  type Seat,
  withJson,
} from '@/domain/planDocument/document';
import { lengthOf } from '@/domain/planDocument/paths';
import { boundsOfRow } from '@/domain/planDocument/shapes';
import { mapPlan, rowsOf } from '@/domain/planDocument/walk';

/** `middle`: odd numbers to one side of the row's middle, even ones to the other. */
export const SEAT_SCHEMES = ['forward', 'odd', 'even', 'middle', 'letters'] as const;

export interface SeatNumbering {
  readonly scheme: (typeof SEAT_SCHEMES)[number];
  /** From where it counts, as drawn. */
  readonly from: 'left' | 'right';
  /** The first number. */
  readonly start: number;
  /** Letters that are left out, such as "IO". */
  readonly skipped: string;
}

export interface RowNaming {
  readonly scheme: 'letters' | 'numbers';
  readonly from: 'top' | 'bottom';
  /** The first row's place: 1 is A, or 1. */
  readonly start: number;
  readonly skipped: string;
}

export const PLAIN_NUMBERING: SeatNumbering = {
  scheme: 'forward',
  from: 'left',
  start: 1,
  skipped: '',
};
export const PLAIN_NAMING: RowNaming = {
  scheme: 'letters',
  from: 'top',
  start: 1,
  skipped: 'IO',
};

const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** The name of a place as letters: A to Z, AA, AB and so on, without the skipped ones. */
export function letters(place: number, skipped: string): string {
  const left = new Set(skipped.toUpperCase());
  const kept = ALPHABET.filter((letter) => !left.has(letter));
  const used = kept.length === 0 ? ALPHABET : kept;
  let [name, rest] = ['', Math.max(Math.floor(place), 1)];
  while (rest > 0) {
    rest -= 1;
    name = `${used[rest % used.length] ?? ''}${name}`;
    rest = Math.floor(rest / used.length);
  }
  return name;
}

/** The numbers of a row's seats, from left to right. */
export function seatNumbers(count: number, numbering: SeatNumbering): string[] {
  const numbers =
    numbering.scheme === 'middle'
      ? fromMiddle(count, numbering.start)
      : Array.from({ length: count }, (_, place) => numberAtPlace(place, numbering));
  return numbering.from === 'left' ? numbers : numbers.reverse();
}

function numberAtPlace(place: number, { scheme, start, skipped }: SeatNumbering): string {
  switch (scheme) {
    case 'letters':
      return letters(start + place, skipped);
    case 'odd':
      return String(start + (start % 2 === 0 ? 1 : 0) + 2 * place);
    case 'even':
      return String(start + (start % 2 === 0 ? 0 : 1) + 2 * place);
    case 'forward':
    case 'middle':
      return String(start + place);
  }
}

/** 5 3 1 2 4 6: the first number left of the middle, the second right of it. */
function fromMiddle(count: number, start: number): string[] {
  const numbers: string[] = new Array<string>(count);
  const before = Math.ceil(count / 2);
  for (let place = 0; place < count; place++) {
    const number = place < before ? 2 * (before - 1 - place) : 2 * (place - before) + 1;
    numbers[place] = String(start + number);
  }
  return numbers;
}

export function rowNames(count: number, { scheme, from, start, skipped }: RowNaming): string[] {
  const names = Array.from({ length: count }, (_, place) =>
    scheme === 'letters' ? letters(start + place, skipped) : String(start + place),
  );
  return from === 'top' ? names : names.reverse();
}

/** Number the seats of these rows. */
export function renumbered(
  document: PlanDocument,
  rows: ReadonlySet<Key>,
  numbering: SeatNumbering,
): PlanDocument {
  return mapPlan(document, {
    row: (row) => (rows.has(row.key) ? numberedRow(row, numbering) : row),
  });
}

function numberedRow(row: Row, numbering: SeatNumbering): Row {
  const ordered = leftToRight(row.seats);
  const numbers = seatNumbers(ordered.length, numbering);
  const numberOf = new Map(ordered.map((seat, place) => [seat.key, numbers[place] ?? '']));
  return {
    ...row,
    json: { ...row.json, numbering: { ...numbering } },
    seats: row.seats.map((seat) =>
      withJson(seat, { ...seat.json, seat_number: numberOf.get(seat.key) ?? '' }),
    ),
  };
}

/** Name these rows from top to bottom, or from the bottom. */
export function renamedRows(
  document: PlanDocument,
  rows: ReadonlySet<Key>,
  naming: RowNaming,
): PlanDocument {
  const ordered = [...rowsOf(document)]
    .filter(({ row }) => rows.has(row.key))
    .map(({ zone, row }) => {
      const { x, y, height } = boundsOfRow(zone, row, 0);
      return { key: row.key, x, y: y + height / 2 };
    })
    .sort((a, b) => a.y - b.y || a.x - b.x);
  const names = rowNames(ordered.length, naming);
  const nameOf = new Map(ordered.map(({ key }, place) => [key, names[place] ?? '']));
  return mapPlan(document, {
    row: (row) => {
      const name = nameOf.get(row.key);
      return name === undefined ? row : withJson(row, { ...row.json, row_number: name });
    },
  });
}

/** Seats in the order of the row, from its left end; of an upright row, from its upper end. */
export function leftToRight(seats: readonly Seat[]): readonly Seat[] {
  const sorted = seats.toSorted((a, b) => a.x - b.x || a.y - b.y);
  // A row around a corner is in order as it was drawn, though not from left to right.
  if (lengthOf(seats) > lengthOf(sorted)) return sorted;
  const [first, last] = [seats[0], seats.at(-1)];
  if (first === undefined || last === undefined) return seats;
  const isRightwards = last.x === first.x ? last.y >= first.y : last.x > first.x;
  return isRightwards ? seats : seats.toReversed();
}
