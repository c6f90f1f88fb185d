/**
 * The page's language. It is set before the first render, and changing it reloads the page, so that
 * `t` can be called anywhere without subscriptions.
 */
import i18next, { type FormatterModule } from 'i18next';

import { siteStorage } from '@/browser/storage';
import type { BuyersCatalogue, Catalogue, English, PartCatalogue, Parts } from '@/i18n/catalogue';
import { en } from '@/i18n/en';

interface Translation {
  readonly buyers: () => Promise<BuyersCatalogue>;
  readonly organisers: () => Promise<PartCatalogue<'organisers'>>;
  readonly editor: () => Promise<PartCatalogue<'editor'>>;
}

interface Language {
  /** Endonym. */
  readonly name: string;
  /** For dates, numbers and money, if the browser names no region. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** Null for the bundled language. */
  readonly load: Translation | null;
}

export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB', direction: 'ltr', load: null },
  de: {
    name: 'Deutsch',
    locale: 'de-DE',
    direction: 'ltr',
    load: {
      buyers: async () => (await import('@/i18n/de')).de,
      organisers: async () => (await import('@/i18n/deOfOrganisers')).deOfOrganisers,
      editor: async () => (await import('@/i18n/deOfEditor')).deOfEditor,
    },
  },
} as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof LANGUAGES;

const STORED_AS = 'seatcast.language';
const FALLBACK: LanguageCode = 'en';

let current: LanguageCode = FALLBACK;
let currentLocale: string = LANGUAGES[FALLBACK].locale;

/** Writes numbers as in the language: "1,236 seats". Messages name no formats. */
const numbers: FormatterModule = {
  type: 'formatter',
  init: nothing,
  add: nothing,
  addCached: nothing,
  format: (value: unknown) =>
    (typeof value === 'number' ? value.toLocaleString(currentLocale) : value) as string,
};

void i18next.use(numbers).init({
  lng: FALLBACK,
  resources: { en },
  defaultNS: 'common',
  // Synchronous, since nothing is fetched.
  initAsync: false,
  interpolation: {
    // React escapes values itself.
    escapeValue: false,
    alwaysFormat: true,
  },
});

export const { t } = i18next;

/** Add messages that are loaded with a page. */
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

/** Apply the stored language, else the browser's preference. */
export async function startLanguage(): Promise<void> {
  const wanted = [siteStorage.getItem(STORED_AS), ...navigator.languages];
  const code = wanted.map(languageOf).find((one) => one !== null) ?? FALLBACK;
  await applyLanguage(code, navigator.languages);
}

/** Store a language and reload. */
export function chooseLanguage(code: LanguageCode): void {
  siteStorage.setItem(STORED_AS, code);
  location.reload();
}

/** Apply a language, with the formats of its first regional tag in `tags`. */
export async function applyLanguage(
  code: LanguageCode,
  tags: readonly string[] = [],
): Promise<void> {
  const { load, direction } = LANGUAGES[code];
  if (load !== null) addMessages(code, await load.buyers());
  await i18next.changeLanguage(code);
  current = code;
  currentLocale = localeFor(code, tags);
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
}

/** Add the messages of pages in the page's language; English ones come with the pages. */
export async function loadTranslation(part: keyof Parts): Promise<void> {
  const { load } = LANGUAGES[current];
  if (load !== null) addMessages(current, await load[part]());
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

function nothing(): void {
  // There are no other formats.
}
