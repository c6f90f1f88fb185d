import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

import { staticHost } from './hosting/plugin';
import { offlinePage } from './offline/plugin';

const server = 'http://localhost:8000';

export default defineConfig({
  plugins: [react(), offlinePage(), staticHost(), axiosWithoutFetch()],
  resolve: {
    alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) },
  },
  build: {
    // The page must load under a content security policy without unsafe-inline and data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': { target: server },
      '/ws': { target: server, ws: true },
    },
  },
  test: {
    // A page and all modules for each file would take longer than the tests do: what a test changes
    // for all, it puts back.
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
          // Only what hangs takes so long: a test may wait more than once for what setup.ts gives 30 s.
          testTimeout: 120_000,
        },
      },
    ],
  },
});

/**
 * Leaves out what axios would use where there is no XMLHttpRequest, as it leaves out itself what
 * is for servers: every browser has one.
 */
function axiosWithoutFetch(): Plugin {
  const nothing = '\0axios-without-fetch';
  return {
    name: 'seatcast-axios-without-fetch',
    apply: 'build',
    enforce: 'pre',
    resolveId: (id, importer) =>
      id === './fetch.js' && importer?.endsWith('axios/lib/adapters/adapters.js') === true
        ? nothing
        : null,
    load: (id) => (id === nothing ? 'export const getFetch = () => null;' : null),
  };
}
