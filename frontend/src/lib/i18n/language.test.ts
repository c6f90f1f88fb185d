import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { listOf, locale, speak, t } from '@/lib/i18n/language';

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: {} });
});

afterEach(async () => {
  await speak('en');
});

it('has plurals and lists', () => {
  expect(t('seat', { count: 1, list: listOf(['A1']) })).toBe('seat A1');
  expect(t('seat', { count: 2, list: listOf(['A1', 'A2']) })).toBe('seats A1 and A2');
});

it('speaks another language when asked', async () => {
  await speak('de');
  expect(locale()).toBe('de-DE');
  expect(t('seat', { count: 2, list: listOf(['A1', 'A2']) })).toBe('Plätze A1 und A2');
  expect(document.documentElement).toEqual({ lang: 'de', dir: 'ltr' });
});
