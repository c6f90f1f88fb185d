import { expect, it } from 'vitest';

import { nameable, sectionsText } from '@/domain/feed/sectionSet';

it.each([
  [[], ''],
  [[3], '3'],
  [[8, 3, 7, 12, 11], '3,7-8,11-12'],
])('names %j as "%s"', (sections, text) => {
  expect(sectionsText(new Set(sections))).toBe(text);
});

it('fills the gaps of what would be too long for a frame', () => {
  const scattered = new Set(Array.from({ length: 200 }, (_, place) => 9_000 + 2 * place));
  const text = sectionsText(nameable(scattered));
  expect(text).toBe('9000-9398');
  const few = new Set([1, 3]);
  expect(nameable(few)).toBe(few);
});
