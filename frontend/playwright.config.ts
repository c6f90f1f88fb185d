import { defineConfig } from '@playwright/test';

const chrome = process.env['CHROME'];
const firefox = { executablePath: process.env['FIREFOX'] ?? 'firefox' };
const baseURL = process.env['BASE_URL'] ?? 'http://127.0.0.1:8000';
/** Browsers do not trust the stack's own certificate. */
const isByTls = baseURL.startsWith('https:');

export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // Generous, so that only a hang times out, not a slow machine.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  outputDir: 'node_modules/.tmp/playwright',
  use: {
    baseURL,
    ignoreHTTPSErrors: isByTls,
    // A service worker would hide requests from `page.route`.
    serviceWorkers: 'block',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Screenshots of every step would be discarded almost always.
    trace: { mode: 'retain-on-failure', screenshots: false },
    actionTimeout: 60_000,
    launchOptions: {
      ...(chrome ? { executablePath: chrome } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // `ignoreHTTPSErrors` does not cover service worker scripts.
        ...(isByTls ? ['--ignore-certificate-errors'] : []),
      ],
    },
  },
  projects: [
    {
      name: 'e2e',
      testMatch: '**/*.spec.ts',
      // Without a graphics card, animations take most of the processor's time.
      use: { contextOptions: { reducedMotion: 'reduce' } },
    },
    {
      name: 'firefox',
      testMatch: '**/*.spec.ts',
      grepInvert: /@chromium/,
      // The system's Firefox, driven by WebDriver BiDi, not Playwright's patched build.
      use: { browserName: 'firefox', channel: 'moz-firefox', launchOptions: firefox },
    },
    { name: 'webkit', testMatch: '**/*.webkit.ts' },
    { name: 'screenshots', testMatch: '**/screenshots.ts' },
    {
      name: 'measure',
      testMatch: '**/measure.ts',
      // Tracing would distort the measurements.
      timeout: 0,
      use: { trace: 'off' },
    },
  ],
});
