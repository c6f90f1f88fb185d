import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

import { compressedCopies } from './hosting/compressedCopies';
import { firstLoadLimit } from './hosting/firstLoad';
import { staticHost } from './hosting/plugin';
import { offlinePage } from './offline/plugin';

/** The API's schema, which has the release's version from the server. */
const schema = JSON.parse(readFileSync(new URL('./openapi.json', import.meta.url), 'utf8')) as {
  readonly info: { readonly version: string };
};

const server = 'http://localhost:8000';

/** Build with the router that warns developers of nothing; its package names the other one. */
function quietRouter(): Plugin {
  const path = './node_modules/react-router/dist/production/index.mjs';
  const replacement = fileURLToPath(new URL(path, import.meta.url));
  return {
    name: 'seatcast-quiet-router',
    apply: 'build',
    config: () => ({ resolve: { alias: [{ find: /^react-router$/, replacement }] } }),
  };
}

/**
 * What every page loads, in few chunks: many small ones compress worse. The libraries are apart,
 * since they stay in the browser's cache from one release to the next. `main.tsx` must be apart: it
 * waits for the language's chunk, which could not import from a chunk that waits for it.
 */
const FIRST_CHUNKS = [
  { name: firstMessagesChunk, debugName: 'messages' },
  { name: 'libraries', tags: ['$initial' as const], test: /node_modules/ },
  {
    name: 'app',
    tags: ['$initial' as const],
    test: (id: string) => !/(?:index\.html|main\.tsx)$/.test(id),
  },
];

/** One chunk for each translation of the first page's messages, which `i18n/language.ts` names. */
function firstMessagesChunk(id: string): string | null {
  const file = /\/i18n\/(?!en\/)(\w+)\/(?:app|basket|choosing|common|errors|map|seats)\.json$/.exec(
    id,
  );
  return file?.[1] === undefined ? null : `messages-${file[1]}`;
}

export default defineConfig({
  plugins: [
    react(),
    quietRouter(),
    offlinePage(),
    staticHost(),
    firstLoadLimit(),
    compressedCopies(),
  ],
  define: { __VERSION__: JSON.stringify(schema.info.version) },
  resolve: {
    alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) },
  },
  // Messages are loaded as one object each.
  json: { namedExports: false },
  build: {
    // The content security policy forbids inline styles and data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: FIRST_CHUNKS } } },
  },
  server: {
    proxy: {
      '/api': { target: server },
      '/ws': { target: server, ws: true },
    },
  },
  test: {
    // Isolation would take longer than the tests; each test restores what it changes.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      {
        extends: true,
        test: { name: 'logic', environment: 'node', include: ['{src,hosting}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'components',
          environment: 'jsdom',
          include: ['src/**/*.test.tsx'],
          setupFiles: ['src/testing/setup.ts'],
          // Generous, so that only a hang times out: each wait may take 30 s, see setup.ts.
          testTimeout: 120_000,
        },
      },
    ],
  },
});
