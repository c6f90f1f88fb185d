/**
 * The page's language. It is set before the first render, and changing it reloads the page, so that
 * `t` can be called anywhere without subscriptions.
 */
import i18next, { type FlatNamespace, type FormatterModule } from 'i18next';
import resourcesToBackend from 'i18next-resources-to-backend';

import { siteStorage } from '@/browser/storage';
import { en } from '@/i18n/en';

interface Language {
  /** Endonym. */
  readonly name: string;
  /** For dates, numbers and money, if the browser names no region. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
}

export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB', direction: 'ltr' },
  de: { name: 'Deutsch', locale: 'de-DE', direction: 'ltr' },
} as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof LANGUAGES;

const STORED_AS = 'seatcast.language';
const FALLBACK: LanguageCode = 'en';
/** What every page needs. */
const FIRST_NAMESPACES = Object.keys(en) as FlatNamespace[];

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

/** Translations of the first page's messages. English ones are bundled. */
const firstFiles = import.meta.glob([
  './*/{app,basket,choosing,common,errors,map,seats}.json',
  '!./en/*.json',
]);

const backend = resourcesToBackend(async (code: string, namespace: string) => {
  const path = `./${code}/${namespace}.json`;
  return (firstFiles[path] ?? (await import('@/i18n/pageFiles')).pageFiles[path])?.();
});

void i18next
  .use(numbers)
  .use(backend)
  .init({
    lng: FALLBACK,
    fallbackLng: false,
    resources: { en },
    partialBundledLanguages: true,
    // A copy: i18next adds what is loaded later.
    ns: [...FIRST_NAMESPACES],
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

/** Load namespaces in the page's language. Rejects if one cannot be loaded. */
export async function loadMessages(...namespaces: FlatNamespace[]): Promise<void> {
  await i18next.loadNamespaces(namespaces);
  requireMessages(current, namespaces);
}

/** A function that loads a part of the page together with the messages that the part shows. */
export function withMessages<Part>(
  namespaces: readonly FlatNamespace[],
  load: () => Promise<Part>,
): () => Promise<Part> {
  return async () => (await Promise.all([load(), loadMessages(...namespaces)]))[0];
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

/** Apply a language, if it can be loaded, with the formats of its first regional tag in `tags`. */
export async function applyLanguage(
  code: LanguageCode,
  tags: readonly string[] = [],
): Promise<void> {
  await i18next.loadLanguages(code);
  requireMessages(code, FIRST_NAMESPACES);
  await i18next.changeLanguage(code);
  current = code;
  currentLocale = localeFor(code, tags);
  document.documentElement.lang = code;
  document.documentElement.dir = LANGUAGES[code].direction;
}

/** i18next resolves although files are missing. */
function requireMessages(code: LanguageCode, namespaces: readonly FlatNamespace[]): void {
  const missing = namespaces.filter((each) => !i18next.hasResourceBundle(code, each));
  if (missing.length > 0) throw new Error(`There are no messages ${missing.join(', ')} (${code})`);
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
