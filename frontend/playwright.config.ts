import { defineConfig } from '@playwright/test';

const chrome = process.env['CHROME'];
const firefox = { executablePath: process.env['FIREFOX'] ?? 'firefox' };
const baseURL = process.env['BASE_URL'] ?? 'http://127.0.0.1:8000';
/** The stack's certificate is vouched for by nobody whom a browser knows. */
const isByTls = baseURL.startsWith('https:');

export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // Only what hangs takes so long: a slow machine, or one that is busy, is no fault.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  outputDir: 'node_modules/.tmp/playwright',
  use: {
    baseURL,
    ignoreHTTPSErrors: isByTls,
    // One between the page and the network would keep requests from tests that look at them.
    serviceWorkers: 'block',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Of every moment of every test, to be thrown away again nearly always.
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
        // Service workers are asked for by another way than pages.
        ...(isByTls ? ['--ignore-certificate-errors'] : []),
      ],
    },
  },
  projects: [
    { name: 'e2e', testMatch: '**/*.spec.ts' },
    {
      name: 'firefox',
      testMatch: '**/*.spec.ts',
      grepInvert: /@chromium/,
      // The one that people have, by WebDriver BiDi; Playwright's own build is another.
      use: { browserName: 'firefox', channel: 'moz-firefox', launchOptions: firefox },
    },
    { name: 'webkit', testMatch: '**/*.webkit.ts' },
    { name: 'screenshots', testMatch: '**/screenshots.ts' },
    {
      name: 'measure',
      testMatch: '**/measure.ts',
      // A trace would be measured too, and how long it takes is the question.
      timeout: 0,
      use: { trace: 'off' },
    },
  ],
});
