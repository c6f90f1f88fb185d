import { describe, expect, it } from 'vitest';

import {
  columnsOf,
  editsOf,
  mergedRows,
  rowsOf,
  type TypeRow,
} from '@/features/organise/events/ticketTypeRows';

function row(typeId: number | null, name: string, price = ''): TypeRow {
  return { typeId, name, prices: { without: price } };
}

describe('merging with what others saved', () => {
  const child = row(1, 'Child', '5');
  const senior = row(2, 'Senior', '6');

  it('takes theirs where nothing was changed here', () => {
    const theirs = [row(2, 'Seniors', '7'), row(3, 'Baby')];
    expect(mergedRows([child, senior], [child, senior], theirs)).toEqual(theirs);
  });

  it('keeps own names, prices, additions, removals and order', () => {
    const added = row(null, 'Group', '4');
    const mine = [added, row(2, 'Senior', '8')];
    const theirs = [row(1, 'Child', '9'), row(2, 'Seniors', '6')];
    expect(mergedRows([child, senior], mine, theirs)).toEqual([row(2, 'Seniors', '8'), added]);
    expect(mergedRows([child, senior], [senior, child], [child, senior])).toEqual([senior, child]);
  });

  it('makes what they removed and was changed here a new one', () => {
    const changed = row(1, 'Children', '5');
    expect(mergedRows([child, senior], [changed, senior], [])).toEqual([
      row(null, 'Children', '5'),
    ]);
  });
});

it('shows three decimals where the currency has them, and sends two', () => {
  const types = [{ id: 1, name: 'Child', prices: [{ category: null, price: '12.50' }] }];
  const columns = columnsOf({ categories: [], seats_without: 0, revision: 0 }, types);
  const rows = rowsOf(types, columns, 'KWD');
  expect(rows[0]?.prices).toEqual({ without: '12.500' });
  expect(editsOf(rows, columns)[0]?.prices).toEqual([{ category: null, price: '12.50' }]);
});
