import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import {
  type Browser,
  type BrowserContext,
  expect,
  type Page,
  type Request,
} from '@playwright/test';

import { routeSockets } from './socketRoute';
import { demoEvents, OWN_PASSWORD, pick, seatOn, setVisibility, test, openLive } from './fixtures';
import { staticHost } from './staticHost';

const SERVER = process.env['BASE_URL'] ?? 'http://127.0.0.1:8000';
/** Must be in the server's SEATCAST_CLIENT_ORIGINS. */
const CLIENT = process.env['CLIENT_ELSEWHERE'] ?? 'http://localhost:4173';
const FOLDER = 'node_modules/.tmp/client-elsewhere';
const BUILD_MS = 120_000;

let host: Awaited<ReturnType<typeof staticHost>>;
let forbidden: string[];

test.beforeAll(async () => {
  test.setTimeout(BUILD_MS);
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--outDir', FOLDER];
  await promisify(execFile)(process.execPath, vite, {
    env: { ...process.env, NODE_ENV: 'production', VITE_API_URL: SERVER },
  });
  host = await staticHost(FOLDER, Number(new URL(CLIENT).port));
});

test.afterAll(() => {
  host.close();
});

test.beforeEach(() => {
  forbidden = [];
});

test.afterEach(() => {
  expect(forbidden).toEqual([]);
});

test("a static host sends the proxy's headers, and 404 for missing files @thorough", async ({
  request,
}) => {
  const page = await request.get(`${CLIENT}/events/7`);
  expect(await page.text()).toContain('<div id="root">');
  expect(page.headers()['content-security-policy']).toContain(
    `connect-src 'self' ${SERVER} ${SERVER.replace(/^http/, 'ws')};`,
  );
  expect((await request.get(`${CLIENT}/assets/index-gone.js`)).status()).toBe(404);
});

test('a cross-origin client buys with tokens that expire on the way @thorough', async ({
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
  const context = await openElsewhere(browser);
  const page = await context.newPage();
  const asked: Request[] = [];
  const sockets: string[] = [];
  const faults: Error[] = [];
  page.on('request', (one) => asked.push(one));
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('pageerror', (fault) => faults.push(fault));
  const countOf = (path: string) =>
    asked.filter((one) => one.method() === 'POST' && one.url() === `${SERVER}/api/${path}`).length;

  const name = await registerOn(page, `/events/${club.id}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await seatOn(page, first).click();
  await expect(seatOn(page, first)).toHaveAttribute('data-status', 'mine');
  await openLive(bob.page, club);
  await expect(seatOn(bob.page, first)).toHaveAccessibleName(new RegExp(`locked by ${name}$`));
  await bob.api.post(`events/${club.id}/seats/${third.id}/lock/`);
  await expect(seatOn(page, third)).toHaveAttribute('data-status', 'locked');

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
  await expect(seatOn(bob.page, second)).toHaveAttribute('data-status', 'reserved');

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

test('two cross-origin tabs share one sign-in and renew it once @thorough', async ({ browser }) => {
  const context = await openElsewhere(browser);
  const tabs = [await context.newPage(), await context.newPage()];
  const [first, second] = [pick(tabs, 0), pick(tabs, 1)];
  let renewals = 0;
  context.on('request', (one) => {
    if (one.method() === 'POST' && one.url().endsWith('/api/token/refresh/')) renewals += 1;
  });

  await second.goto('/');
  await second.getByRole('link', { name: 'Sign in' }).waitFor();
  const name = await registerOn(first, '/reservations');
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

test("a members' map continues after its token expired, and shows when the session ended @thorough", async ({
  browser,
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const organiser = await enter('admin');
  const rival = await enter('somebody new');
  const [seat] = await rival.api.freeSeats(club.id, 1, 60);
  if (seat === undefined) throw new Error('A seat is needed');
  const context = await openElsewhere(browser);
  const page = await context.newPage();
  const line = await routeSockets(page);
  await setVisibility(organiser, club, 'members');
  try {
    await registerOn(page, `/events/${club.id}`);
    await page.getByText('Live', { exact: true }).waitFor();

    await page.route(
      '**/api/token/refresh/',
      async (route) => {
        await rival.api.post(`events/${club.id}/seats/${seat.id}/lock/`);
        await route.continue();
      },
      { times: 1 },
    );
    line.expireToken();
    await expect.poll(() => line.urls).toHaveLength(2);
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    expect(line.urls.at(-1)).toMatch(/\?since=\d+&layout=\w+$/);
    await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'locked');

    const authorization = await bearerOf(page);
    await request.post('/api/logout/everywhere/', { headers: { authorization } });
    await expect(page.getByRole('alert')).toContainText('You have been signed out.');
    await page.getByRole('link', { name: 'sign in again' }).click();
    await expect(page).toHaveURL(new RegExp(`/sign-in\\?next=%2Fevents%2F${club.id}$`));
  } finally {
    await setVisibility(organiser, club, 'public');
  }
  await context.close();
});

test('a lost renewal response signs nobody out @thorough', async ({ browser }) => {
  const context = await openElsewhere(browser);
  const page = await context.newPage();
  await registerOn(page, '/reservations');
  await expect(page.getByText('No reservations yet')).toBeVisible();
  const keys: (string | undefined)[] = [];
  await context.route('**/api/token/refresh/', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    const answer = await route.fetch();
    if (keys.length === 1) await route.abort('connectionreset');
    else await route.fulfill({ response: answer });
  });
  await changeTokens(page, { accessUntil: 0 });
  await page.reload();
  await expect(page.getByText('No reservations yet')).toBeVisible();
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
  await context.close();
});

test("a new password signs out the user's other cross-origin clients @thorough", async ({
  browser,
  request,
}) => {
  const context = await openElsewhere(browser);
  const page = await context.newPage();
  await registerOn(page, '/account');
  const before = await bearerOf(page);
  await page.getByLabel('Current password').fill(OWN_PASSWORD);
  await page.getByLabel('New password').fill(crypto.randomUUID());
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText(/^Your password is changed/)).toBeVisible();
  const statusFor = async (authorization: string) =>
    (await request.get(`${SERVER}/api/me/`, { headers: { authorization } })).status();
  await expect.poll(() => statusFor(before)).toBe(401);
  expect(await statusFor(await bearerOf(page))).toBe(200);

  const tab = await context.newPage();
  await tab.goto('/reservations');
  await expect(tab.getByText('No reservations yet')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=%2Faccount$/);
  // Through the other tab, or by a request of its own.
  await expect(tab.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  await context.close();
});

/** Open a browser at the client's host that records policy violations. */
async function openElsewhere(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: CLIENT });
  context.on('console', (message) => {
    if (/content security policy/i.test(message.text())) forbidden.push(message.text());
  });
  return context;
}

/** Register on a page that leads to `next`. Returns the username. */
async function registerOn(page: Page, next: string): Promise<string> {
  const name = `far-${crypto.randomUUID().slice(0, 13)}`;
  await page.goto(`/register?next=${next}`);
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('Password').fill(OWN_PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(next);
  return name;
}

async function bearerOf(page: Page): Promise<string> {
  const access = await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('seatcast.tokens') ?? '{}') as { access?: string };
    return kept.access ?? '';
  });
  return `Bearer ${access}`;
}

/** Change the stored tokens, like elapsed time or another device. */
async function changeTokens(page: Page, changes: object): Promise<void> {
  await page.evaluate((changed) => {
    const kept = JSON.parse(localStorage.getItem('seatcast.tokens') ?? '{}') as object;
    localStorage.setItem('seatcast.tokens', JSON.stringify({ ...kept, ...changed }));
  }, changes);
}
