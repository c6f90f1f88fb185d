import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, type Page, type Request } from '@playwright/test';
import { preview, type PreviewServer } from 'vite';

import { demoEvents, pick, seatOn, test, watch } from './stage';

const SERVER = process.env['BASE_URL'] ?? 'http://127.0.0.1:8000';
/** The server must know it: see SEATCAST_CLIENT_ORIGINS. */
const CLIENT = process.env['CLIENT_ELSEWHERE'] ?? 'http://localhost:4173';
const FOLDER = 'node_modules/.tmp/client-elsewhere';
const BUILD_MS = 120_000;

let host: PreviewServer;

test.beforeAll(async () => {
  test.setTimeout(BUILD_MS);
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--outDir', FOLDER];
  await promisify(execFile)(process.execPath, vite, {
    env: { ...process.env, NODE_ENV: 'production', VITE_API_URL: SERVER },
  });
  host = await preview({
    build: { outDir: FOLDER },
    preview: { host: '127.0.0.1', port: Number(new URL(CLIENT).port), strictPort: true, proxy: {} },
    logLevel: 'error',
  });
});

test.afterAll(async () => {
  await host.close();
});

test('a client on another host buys with tokens that run out on the way', async ({
  browser,
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const bob = await enter('somebody new');
  const [first, second, third] = await bob.api.freeSeats(club.id, 3, 20);
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error('Three seats are needed');
  }
  const context = await browser.newContext({ baseURL: CLIENT });
  const page = await context.newPage();
  const asked: Request[] = [];
  const sockets: string[] = [];
  const faults: Error[] = [];
  page.on('request', (one) => asked.push(one));
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('pageerror', (fault) => faults.push(fault));
  const countOf = (path: string) =>
    asked.filter((one) => one.method() === 'POST' && one.url() === `${SERVER}/api/${path}`).length;

  const name = `far-${crypto.randomUUID().slice(0, 13)}`;
  await page.goto(`/register?next=/events/${club.id}`);
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('Password').fill(`${name}-secret`);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await seatOn(page, first).click();
  await expect(seatOn(page, first)).toHaveAttribute('data-standing', 'mine');
  await watch(bob.page, club);
  await expect(seatOn(bob.page, first)).toHaveAccessibleName(new RegExp(`locked by ${name}$`));
  await bob.api.post(`events/${club.id}/seats/${third.id}/lock/`);
  await expect(seatOn(page, third)).toHaveAttribute('data-standing', 'locked');

  await changeTokens(page, { accessUntil: 0 });
  await seatOn(page, second).click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();
  await expect(page.getByRole('heading', { name: '2 seats' })).toBeVisible();
  expect(countOf('token/refresh/')).toBe(1);

  await changeTokens(page, { access: 'worn.out.token' });
  await page.getByRole('button', { name: 'Reserve' }).click();
  await page.getByRole('button', { name: /^Confirm/ }).click();
  const confirmed = page.getByRole('dialog', { name: 'Reservation confirmed!' });
  await expect(confirmed).toBeVisible();
  expect(countOf('token/refresh/')).toBe(2);
  await expect(seatOn(bob.page, second)).toHaveAttribute('data-standing', 'reserved');

  await confirmed.getByRole('button', { name: 'My reservations' }).click();
  await page.reload();
  const booking = page.getByRole('article');
  await booking.getByRole('button', { name: /^Cancel/ }).click();
  await page.getByRole('button', { name: 'Cancel reservation', exact: true }).click();
  await expect(booking.getByText('Cancelled', { exact: true })).toBeVisible();

  const revoked = page.waitForResponse(`${SERVER}/api/token/revoke/`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  expect((await revoked).ok()).toBe(true);
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem('seatcast.tokens'))).toBeNull();

  expect(await context.cookies()).toEqual([]);
  expect(sockets.length).toBeGreaterThan(0);
  for (const url of sockets) expect(url).not.toContain('bearer');
  expect(faults).toEqual([]);
  await context.close();
});

test('two tabs on another host share one sign-in, and renew it once', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: CLIENT });
  const tabs = [await context.newPage(), await context.newPage()];
  const [first, second] = [pick(tabs, 0), pick(tabs, 1)];
  let renewals = 0;
  context.on('request', (one) => {
    if (one.method() === 'POST' && one.url().endsWith('/api/token/refresh/')) renewals += 1;
  });

  const name = `far-${crypto.randomUUID().slice(0, 13)}`;
  await second.goto('/');
  await second.getByRole('link', { name: 'Sign in' }).waitFor();
  await first.goto('/register?next=/reservations');
  await first.getByLabel('Username').fill(name);
  await first.getByLabel('Password').fill(`${name}-secret`);
  await first.getByRole('button', { name: 'Create account' }).click();
  await expect(first.getByText('No reservations yet')).toBeVisible();
  await expect(second.getByText(`Signed in as ${name}`)).toBeVisible();

  await changeTokens(first, { accessUntil: 0 });
  await Promise.all(tabs.map((tab) => tab.goto('/reservations')));
  for (const tab of tabs) await expect(tab.getByText('No reservations yet')).toBeVisible();
  expect(renewals).toBe(1);

  await changeTokens(first, { access: 'worn.out.token', refresh: 'worn.out.token' });
  await first.reload();
  await expect(first).toHaveURL(/\/sign-in\?next=%2Freservations$/);
  await expect(second).toHaveURL(/\/sign-in\?next=%2Freservations$/);
  await context.close();
});

/** Change what is kept of the tokens, as time or another machine may. */
async function changeTokens(page: Page, changes: object): Promise<void> {
  await page.evaluate((changed) => {
    const kept = JSON.parse(localStorage.getItem('seatcast.tokens') ?? '{}') as object;
    localStorage.setItem('seatcast.tokens', JSON.stringify({ ...kept, ...changed }));
  }, changes);
}
