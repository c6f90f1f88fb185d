import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { type BrowserContext, expect, type Page } from '@playwright/test';

import { demoEvents, OWN_PASSWORD, seatOn, setVisibility, test, openLive } from './fixtures';
import { staticHost } from './staticHost';

const SERVER = process.env['BASE_URL'] ?? 'http://127.0.0.1:8000';
/** Must be in the server's SEATCAST_CLIENT_ORIGINS. */
const CLIENT = process.env['CLIENT_ELSEWHERE'] ?? 'http://localhost:4173';
const FOLDER = 'node_modules/.tmp/client-forwarded';
const BUILD_MS = 120_000;
/** The client address in all requests that this host forwards. */
const BUYER = '203.0.113.7';

let host: Awaited<ReturnType<typeof staticHost>>;
let context: BrowserContext;
let page: Page;
let sockets: string[];
let forbidden: string[];

test.beforeAll(async () => {
  test.setTimeout(BUILD_MS);
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--outDir', FOLDER];
  await promisify(execFile)(process.execPath, vite, {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      VITE_API_URL: SERVER,
      VITE_API_FORWARDED: 'true',
    },
  });
  host = await staticHost(FOLDER, Number(new URL(CLIENT).port), BUYER);
});

test.afterAll(() => {
  host.close();
});

test.beforeEach(async ({ browser }) => {
  [sockets, forbidden] = [[], []];
  context = await browser.newContext({ baseURL: CLIENT });
  context.on('console', (message) => {
    if (/content security policy/i.test(message.text())) forbidden.push(message.text());
  });
  page = await context.newPage();
  page.on('websocket', (socket) => sockets.push(socket.url()));
});

test.afterEach(async () => {
  await context.close();
  expect(forbidden).toEqual([]);
});

test("behind a forwarding host, buyers use cookies and see each other's changes @thorough", async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const bob = await enter('somebody new');
  const [own, taken] = await bob.api.freeSeats(club.id, 2, 34);
  if (own === undefined || taken === undefined) throw new Error('Two seats are needed');
  await register(`/events/${club.id}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await bob.api.post(`events/${club.id}/seats/${taken.id}/lock/`);
  await expect(seatOn(page, taken)).toHaveAttribute('data-status', 'locked');
  await openLive(bob.page, club);
  await seatOn(page, own).click();
  await page.getByRole('button', { name: 'Reserve' }).click();
  await page.getByRole('button', { name: /^Confirm/ }).click();
  const confirmed = page.getByRole('dialog', { name: 'Reservation confirmed!' });
  await expect(confirmed).toBeVisible();
  await expect(seatOn(bob.page, own)).toHaveAttribute('data-status', 'reserved');

  const cookies = await context.cookies();
  expect(cookies.find(({ name }) => name === 'sessionid')).toMatchObject({
    domain: new URL(CLIENT).hostname,
    httpOnly: true,
  });
  expect(await page.evaluate(() => localStorage.getItem('seatcast.tokens'))).toBeNull();
  expect(sockets.map((url) => new URL(url).host)).toEqual([new URL(SERVER).host]);

  await confirmed.getByRole('button', { name: 'My reservations' }).click();
  const booking = page.getByRole('article');
  await booking.getByRole('button', { name: /^Cancel/ }).click();
  await page.getByRole('button', { name: 'Cancel reservation', exact: true }).click();
  await expect(booking.getByText('Cancelled', { exact: true })).toBeVisible();
});

test("limits by address apply to the buyer's address @thorough", async () => {
  await register('/account');
  const sessions = await context.request.get('/api/sessions/');
  expect(await sessions.json()).toMatchObject([{ network: BUYER }]);
});

test("a members' map is live with a ticket and ends with the session @thorough", async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const organiser = await enter('admin');
  await setVisibility(organiser, club, 'members');
  try {
    await register(`/events/${club.id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(sockets).toHaveLength(2);
    for (const url of sockets) expect(url).not.toContain('ticket');
    const tab = await context.newPage();
    await tab.goto('/account');
    await tab.getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(page.getByRole('alert')).toContainText('You have been signed out.');
  } finally {
    await setVisibility(organiser, club, 'public');
  }
});

/** Register on a page that leads to `next`. */
async function register(next: string): Promise<void> {
  await page.goto(`/register?next=${next}`);
  await page.getByLabel('Username').fill(`near-${crypto.randomUUID().slice(0, 13)}`);
  await page.getByLabel('Password').fill(OWN_PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(next);
}
