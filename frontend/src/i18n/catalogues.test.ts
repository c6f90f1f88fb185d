import { describe, expect, it } from 'vitest';

import { LANGUAGES } from '@/i18n/language';
import { NAMESPACES } from '@/testing/namespaces';

type Sentences = Readonly<Record<string, string>>;

const files = import.meta.glob<Sentences>('@/i18n/*/*.json', { eager: true, import: 'default' });

/** Throws if a language lacks the namespace. */
function sentencesOf(code: string, namespace: string): Sentences {
  const sentences = files[`/src/i18n/${code}/${namespace}.json`];
  if (sentences === undefined) throw new Error(`${code} has no ${namespace}.json`);
  return sentences;
}

describe.each(Object.keys(LANGUAGES))('messages in %s', (code) => {
  it('have the same namespaces as in English', () => {
    const own = Object.keys(files).filter((path) => path.startsWith(`/src/i18n/${code}/`));
    expect(own).toHaveLength(NAMESPACES.length);
  });

  describe.each(NAMESPACES)('of %s', (namespace) => {
    const originals = sentencesOf('en', namespace);
    const translated = sentencesOf(code, namespace);

    it('have the same keys as in English', () => {
      expect(Object.keys(translated).sort()).toEqual(Object.keys(originals).sort());
    });

    it('have the same parameters', () => {
      const blanks = (sentences: Sentences) =>
        Object.entries(sentences).map(([key, sentence]) => [key, blanksOf(sentence)]);
      expect(Object.fromEntries(blanks(translated))).toEqual(Object.fromEntries(blanks(originals)));
    });

    it('are not empty', () => {
      expect(Object.values(translated).filter((sentence) => sentence.trim() === '')).toEqual([]);
    });
  });
});

function blanksOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{\{.*?\}\}/g)].map(([blank]) => blank).sort();
}
