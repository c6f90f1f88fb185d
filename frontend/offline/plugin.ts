import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Plugin } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const SENTENCES = 'src/i18n';
/** For languages without a translation. */
const FALLBACK = 'en';
const STYLES = [
  'src/app/theme.css',
  'src/app/base.css',
  'src/components/message.css',
  'src/components/button.css',
  'offline/page.css',
];

/**
 * Emit the offline page, in all languages, and the service worker that caches it. The worker
 * contains a hash of the page, so that browsers update it.
 */
export function offlinePage(): Plugin {
  return {
    name: 'seatcast-offline-page',
    apply: 'build',
    generateBundle() {
      const files = {
        'offline.html': page(),
        'offline.css': STYLES.map(read).join('\n'),
        'offline.js': read('offline/page.js'),
      };
      const worker = read('offline/worker.js');
      const kept = [...Object.values(files), read('public/favicon.svg')];
      const all = {
        ...files,
        'sw.js': worker.replace('__VERSION__', versionOf([...kept, worker])),
      };
      for (const [fileName, source] of Object.entries(all)) {
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
  };
}

function page(): string {
  const texts = languages().map(inLanguage).join('');
  return read('offline/page.html').replace('<!--languages-->', texts);
}

function languages(): string[] {
  const folders = readdirSync(resolve(ROOT, SENTENCES), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  const others = folders.map(({ name }) => name).filter((name) => name !== FALLBACK);
  return [FALLBACK, ...others];
}

function inLanguage(code: string): string {
  const sentences = JSON.parse(read(`${SENTENCES}/${code}/app.json`)) as Record<string, string>;
  const values: Readonly<Record<string, string | undefined>> = {
    code,
    title: sentences['offline_title'],
    note: sentences['offline_note'],
    held: sentences['offline_held'],
    again: sentences['offline_again'],
  };
  return read('offline/language.html').replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The offline page has no ${name} in "${code}"`);
    return escaped(value);
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function versionOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}

function read(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}
