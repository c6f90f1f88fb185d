import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

import { compressedCopies } from './hosting/compressedCopies';
import { staticHost } from './hosting/plugin';
import { offlinePage } from './offline/plugin';

const server = 'http://localhost:8000';

export default defineConfig({
  plugins: [react(), offlinePage(), staticHost(), compressedCopies()],
  resolve: {
    alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) },
  },
  build: {
    // The content security policy forbids inline styles and data: URLs.
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
