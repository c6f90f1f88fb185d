/**
 * The language of the page. It is chosen before anything is drawn, and choosing another one loads
 * the page anew, so that no text has to watch for it and `t` may be called anywhere.
 */
import i18next from 'i18next';

import { siteStorage } from '@/browser/storage';
import { en } from '@/i18n/en';
import type { enAccount } from '@/i18n/enAccount';

export type English = typeof en & typeof enAccount;
type WithSameKeys<Sentences> = { readonly [Key in keyof Sentences]: string };
/** What a translation has to have: the same sentences, word for word of the keys. */
export type Catalogue = {
  readonly [Subject in keyof English]: WithSameKeys<English[Subject]>;
};

interface Language {
  /** In its own words. */
  readonly name: string;
  /** For dates, numbers and money, where the browser asks for no region of it. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** Null for the one that comes with the code. */
  readonly load: (() => Promise<Catalogue>) | null;
}

export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB', direction: 'ltr', load: null },
  de: {
    name: 'Deutsch',
    locale: 'de-DE',
    direction: 'ltr',
    load: async () => (await import('@/i18n/de')).de,
  },
} as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof LANGUAGES;

const STORED_AS = 'seatcast.language';
const FALLBACK: LanguageCode = 'en';

let current: LanguageCode = FALLBACK;
let currentLocale: string = LANGUAGES[FALLBACK].locale;

void i18next.init({
  lng: FALLBACK,
  resources: { en },
  defaultNS: 'common',
  // Ready at once, since nothing is fetched; and React escapes what it shows.
  initAsync: false,
  interpolation: { escapeValue: false },
});

export const { t } = i18next;

/** Add sentences that come with a page of their own. */
export function addEnglish(sentences: Partial<English>): void {
  addMessages('en', sentences);
}

export function language(): LanguageCode {
  return current;
}

/** For `Intl`. */
export function locale(): string {
  return currentLocale;
}

/** "A1, A2 and A3". */
export function formatList(
  names: readonly string[],
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  return new Intl.ListFormat(locale(), { type }).format(names);
}

/** Speak the language that this person has chosen here, or that their browser asks for. */
export async function startLanguage(): Promise<void> {
  const wanted = [siteStorage.getItem(STORED_AS), ...navigator.languages];
  const code = wanted.map(languageOf).find((one) => one !== null) ?? FALLBACK;
  await applyLanguage(code, navigator.languages);
}

/** Remember another language and load the page in it. */
export function chooseLanguage(code: LanguageCode): void {
  siteStorage.setItem(STORED_AS, code);
  location.reload();
}

/** Speak a language from now on, written as in the first region of it among `tags`. */
export async function applyLanguage(
  code: LanguageCode,
  tags: readonly string[] = [],
): Promise<void> {
  const { load, direction } = LANGUAGES[code];
  if (load !== null) addMessages(code, await load());
  await i18next.changeLanguage(code);
  current = code;
  currentLocale = localeFor(code, tags);
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
}

function addMessages(code: LanguageCode, bySubject: Partial<Catalogue>): void {
  for (const [subject, sentences] of Object.entries(bySubject)) {
    i18next.addResourceBundle(code, subject, sentences);
  }
}

function localeFor(code: LanguageCode, tags: readonly string[]): string {
  const regional = tags.find((tag) => tag.includes('-') && languageOf(tag) === code);
  try {
    return Intl.getCanonicalLocales(regional)[0] ?? LANGUAGES[code].locale;
  } catch {
    return LANGUAGES[code].locale;
  }
}

function languageOf(tag: string | null): LanguageCode | null {
  const code = tag?.split('-')[0]?.toLowerCase() ?? '';
  return isLanguage(code) ? code : null;
}

function isLanguage(code: string): code is LanguageCode {
  return code in LANGUAGES;
}
