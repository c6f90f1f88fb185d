import { expect, it } from 'vitest';

import { featured, withCompanionsBeside } from '@/domain/planDocument/edits';
import { hall, rowNamed } from '@/testing/planDocuments';

it('makes the nearest free seat of the row the companion of each accessible seat', () => {
  const plan = hall();
  const seats = rowNamed(plan, 'A').seats;
  const both = new Set(seats.slice(0, 2).map(({ key }) => key));
  const after = withCompanionsBeside(featured(plan, both, 'accessible', true), both);
  expect(rowNamed(after, 'A').seats.map(({ json }) => json['companion_of'])).toEqual([
    undefined,
    undefined,
    'a1',
  ]);
  expect(withCompanionsBeside(after, new Set(seats.slice(0, 1).map(({ key }) => key)))).toBe(after);
});
