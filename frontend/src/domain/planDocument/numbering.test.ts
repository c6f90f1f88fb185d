import { describe, expect, it } from 'vitest';

import {
  letters,
  PLAIN_NAMING,
  PLAIN_NUMBERING,
  renamedRows,
  renumbered,
  rowNames,
  seatNumbers,
} from '@/domain/planDocument/numbering';
import { mirrored } from '@/domain/planDocument/transform';
import { hall, rowNamed, zoneAt } from '@/testing/planDocuments';

describe('the numbers of a row of six seats', () => {
  it.each([
    ['from the left', {}, '1 2 3 4 5 6'],
    ['from the right', { from: 'right' }, '6 5 4 3 2 1'],
    ['from 11', { start: 11 }, '11 12 13 14 15 16'],
    ['odd', { scheme: 'odd' }, '1 3 5 7 9 11'],
    ['odd, from an even start', { scheme: 'odd', start: 2 }, '3 5 7 9 11 13'],
    ['even', { scheme: 'even' }, '2 4 6 8 10 12'],
    ['even, from the right', { scheme: 'even', from: 'right' }, '12 10 8 6 4 2'],
    ['from the middle', { scheme: 'middle' }, '5 3 1 2 4 6'],
    ['from the middle, to the right first', { scheme: 'middle', from: 'right' }, '6 4 2 1 3 5'],
    ['letters', { scheme: 'letters' }, 'A B C D E F'],
    ['letters without C', { scheme: 'letters', skipped: 'c' }, 'A B D E F G'],
  ] as const)('%s', (_name, options, expected) => {
    expect(seatNumbers(6, { ...PLAIN_NUMBERING, ...options }).join(' ')).toBe(expected);
  });

  it('are distinct from the middle of an odd number of seats', () => {
    expect(seatNumbers(5, { ...PLAIN_NUMBERING, scheme: 'middle' })).toEqual([
      '5',
      '3',
      '1',
      '2',
      '4',
    ]);
  });
});

it('names rows by letters without I and O, and goes on with AA', () => {
  const names = rowNames(26, PLAIN_NAMING);
  expect(names.join('')).toBe('ABCDEFGHJKLMNPQRSTUVWXYZAAAB');
  expect(letters(26, '')).toBe('Z');
  expect(letters(27, '')).toBe('AA');
});

it('uses the whole alphabet if all of it is skipped', () => {
  expect(letters(2, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')).toBe('B');
});

it('numbers seats as they are drawn, whatever their order in the file', () => {
  const before = hall();
  const keys = new Set([rowNamed(before, 'A').key]);
  const turned = renumbered(mirrored(before, keys, 'horizontal'), keys, PLAIN_NUMBERING);
  expect(rowNamed(turned, 'A').seats.map(({ json }) => json['seat_number'])).toEqual([
    '3',
    '2',
    '1',
  ]);
});

it('names rows from the bottom', () => {
  const before = hall();
  const rows = new Set(zoneAt(before, 0).rows.map(({ key }) => key));
  const after = renamedRows(before, rows, { ...PLAIN_NAMING, from: 'bottom', start: 4 });
  expect(zoneAt(after, 0).rows.map(({ json }) => json['row_number'])).toEqual(['E', 'D']);
});
