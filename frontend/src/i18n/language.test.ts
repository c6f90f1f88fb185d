import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import german from '@/i18n/de/webhooks.json';
import { applyLanguage, formatList, loadMessages, locale, t, withMessages } from '@/i18n/language';

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

it("loads the messages of a part of the page with the part, in the page's language", async () => {
  await applyLanguage('de');
  expect(t('webhooks:title')).toBe('title');
  const load = withMessages(['webhooks'], () => Promise.resolve('the part'));
  expect(await load()).toBe('the part');
  expect(t('webhooks:title')).toBe(german.title);
});

it('does not show a part whose messages cannot be loaded', async () => {
  const missing = ['not there'] as unknown as ['webhooks'];
  await expect(loadMessages(...missing)).rejects.toThrow('not there');
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
