import { describe, expect, it } from 'vitest';

import { en } from '@/i18n/en';
import { enOfPages } from '@/i18n/enOfPages';
import { LANGUAGES } from '@/i18n/language';

const english = { ...en, ...enOfPages };
type Sentences = Readonly<Record<string, string>>;

const translations = await Promise.all(
  Object.values(LANGUAGES).flatMap(({ name, load }) =>
    load === null
      ? []
      : Promise.all([load.buyers(), load.organisers(), load.editor()]).then(
          ([buyers, organisers, editor]) =>
            [name, { ...buyers, ...organisers, ...editor }] as const,
        ),
  ),
);

const FILES = import.meta.glob<string>('./*/*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});

it.each(Object.entries(FILES))('%s has no key twice', (_path, text) => {
  // Of a key that is there twice, parsing keeps one without a word.
  const written = [...text.matchAll(/^ {2}"(\w+)":/gm)].map(([, key]) => key);
  expect(written).toEqual(Object.keys(JSON.parse(text) as Sentences));
});

describe.each(translations)('messages in %s', (_name, catalogue) => {
  describe.each(Object.keys(english) as (keyof typeof english)[])('of %s', (subject) => {
    const originals: Sentences = english[subject];
    const translated: Sentences = catalogue[subject];

    it('have the same keys as in English', () => {
      expect(Object.keys(translated).sort()).toEqual(Object.keys(originals).sort());
    });

    it('have the same parameters', () => {
      const blanks = (sentences: Sentences) =>
        Object.entries(sentences).map(([key, sentence]) => [key, blanksOf(sentence)]);
      expect(Object.fromEntries(blanks(translated))).toEqual(Object.fromEntries(blanks(originals)));
    });

    it('are not empty', () => {
      const all = [...Object.entries(originals), ...Object.entries(translated)];
      expect(all.filter(([, sentence]) => sentence.trim() === '')).toEqual([]);
    });
  });
});

function blanksOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{\{.*?\}\}/g)].map(([blank]) => blank).sort();
}
