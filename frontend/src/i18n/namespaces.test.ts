/** Every part of the page loads the namespaces of the messages that it shows. */
import { expect, it } from 'vitest';

import { en } from '@/i18n/en';
import { NAMESPACES } from '@/testing/namespaces';

const ENTRY = '/src/main.tsx';
const sources = import.meta.glob<string>(
  ['@/**/*.{ts,tsx}', '!@/**/*.test.*', '!@/**/*.d.ts', '!@/testing/**'],
  { eager: true, query: '?raw', import: 'default' },
);

interface Import {
  readonly path: string;
  /** Namespaces that are loaded with it. */
  readonly namespaces: readonly string[];
}

it('loads each namespace with the part of the page that shows it', () => {
  expect([...unloaded()]).toEqual([]);
});

it('finds the parts of the page and their messages', () => {
  const parts = importsOf('/src/app/Pages.tsx');
  expect(parts).toContainEqual({
    path: '/src/features/events/EventListPage.tsx',
    namespaces: ['events'],
  });
  expect(shownBy('/src/features/events/EventListPage.tsx')).toContain('events');
});

/** "module: namespace" of messages that may be shown before they are loaded. */
function unloaded(): Set<string> {
  const missing = new Set<string>();
  const seen = new Set<string>();
  function visit(path: string, loaded: ReadonlySet<string>): void {
    const state = `${path} ${[...loaded].sort().join()}`;
    if (seen.has(state)) return;
    seen.add(state);
    for (const each of shownBy(path)) if (!loaded.has(each)) missing.add(`${path}: ${each}`);
    for (const each of importsOf(path)) {
      visit(each.path, new Set([...loaded, ...each.namespaces]));
    }
  }
  visit(ENTRY, new Set(Object.keys(en)));
  return missing;
}

function shownBy(path: string): string[] {
  const named = new Set(
    [...sourceOf(path).matchAll(/['"`](\w+):\w/g)].map(([, namespace]) => namespace),
  );
  return NAMESPACES.filter((each) => named.has(each));
}

function importsOf(path: string): Import[] {
  const source = sourceOf(path);
  const calls = callsIn(source);
  const apart = calls.flatMap((call) => {
    const names = /^\s*\[([^\]]*)\]/.exec(call)?.[1] ?? '';
    const namespaces = [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
    return pathsIn(call).map((each) => ({ path: each, namespaces }));
  });
  const rest = calls.reduce((text, call) => text.replace(call, ''), source);
  return [...apart, ...pathsIn(rest).map((each) => ({ path: each, namespaces: [] }))];
}

/** The arguments of each call of `withMessages`. */
function callsIn(source: string): string[] {
  const [, ...calls] = source.split('withMessages(');
  return calls.map((rest) => {
    let depth = 1;
    let end = 0;
    for (; depth > 0 && end < rest.length; end += 1) {
      if (rest[end] === '(') depth += 1;
      if (rest[end] === ')') depth -= 1;
    }
    return rest.slice(0, end - 1);
  });
}

function pathsIn(source: string): string[] {
  const runtime = source.replace(/^import type .*?;$/gms, '');
  return [...runtime.matchAll(/'@\/([\w/.]+)'/g)].flatMap(([, name = '']) =>
    [`/src/${name}.ts`, `/src/${name}.tsx`].filter((each) => each in sources),
  );
}

function sourceOf(path: string): string {
  const source = sources[path];
  if (source === undefined) throw new Error(`There is no ${path}`);
  return source;
}
