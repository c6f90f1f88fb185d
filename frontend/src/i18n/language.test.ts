import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { applyLanguage, formatList, loadTranslation, locale, t } from '@/i18n/language';

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: {} });
});

afterEach(async () => {
  await applyLanguage('en');
});

it('has plurals and lists', () => {
  expect(t('seats:words_seat', { count: 1, list: formatList(['A1']) })).toBe('seat A1');
  expect(t('seats:words_seat', { count: 2, list: formatList(['A1', 'A2']) })).toBe(
    'seats A1 and A2',
  );
});

it('writes numbers as in the language', async () => {
  expect(t('basket:count', { count: 1_236 })).toBe('1,236 seats');
  await applyLanguage('de');
  expect(t('basket:count', { count: 1_236 })).toBe('1.236 Plätze');
});

it('switches to another language', async () => {
  await applyLanguage('de');
  expect(locale()).toBe('de-DE');
  expect(t('seats:words_seat', { count: 2, list: formatList(['A1', 'A2']) })).toBe(
    'Plätze A1 und A2',
  );
  expect(document.documentElement).toEqual({ lang: 'de', dir: 'ltr' });
});

it('adds the messages of pages that buyers do not open when they are opened', async () => {
  await applyLanguage('de');
  expect(t('organise:backToMap')).not.toBe('Zum Saalplan');
  await loadTranslation('organisers');
  expect(t('organise:backToMap')).toBe('Zum Saalplan');
});

it.each([
  ['en', ['en-US', 'en'], 'en-US'],
  ['en', ['de-AT', 'en'], 'en-GB'],
  ['de', ['en-US', 'de-AT', 'de-CH'], 'de-AT'],
  ['de', ['de'], 'de-DE'],
  ['en', ['en-not_a_tag'], 'en-GB'],
] as const)("formats %s for the browser's region (%s)", async (code, tags, as) => {
  await applyLanguage(code, tags);
  expect(locale()).toBe(as);
});
