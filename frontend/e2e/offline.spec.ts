import { expect } from '@playwright/test';

import { tcpProxy } from './tcpProxy';
import { demoEvents, ONLY_CHROMIUM, test, openLive, workerIsReady } from './fixtures';

const WITH_WORKER = { serviceWorkers: 'allow' } as const;

test(
  'offline, the site shows its own page and reloads when online',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const { page } = await enter('anonymous', WITH_WORKER);
    await openLive(page, club);
    await workerIsReady(page);

    await page.context().setOffline(true);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/events/${club.id}$`));
    await expect(page).toHaveTitle('You are offline · Seatcast');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();

    await page.context().setOffline(false);
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
  },
);

test('an unreachable server leads to the same page, which reloads by itself @thorough', async ({
  enter,
  baseURL,
}) => {
  const { page } = await enter('anonymous', WITH_WORKER);
  const { url, cut, restore } = await tcpProxy(baseURL ?? '');
  await page.goto(url);
  await workerIsReady(page);
  cut();
  // Fails where the service worker failed too.
  await page.reload().catch(() => null);
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  await restore();
  await expect(page.getByRole('article').first()).toBeVisible();
  cut();
});

test(
  'a dead network is noticed within five seconds, and the map stays where it is @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request, baseURL }) => {
    const { club } = await demoEvents(request);
    const { page } = await enter('anonymous', { viewport: { width: 390, height: 844 } });
    const { url, cut, freeze } = await tcpProxy(baseURL ?? '');
    await page.clock.install();
    await page.goto(`${url}events/${club.id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    const map = page.locator('.selector__map');
    const place = await map.boundingBox();

    freeze();
    await page.clock.runFor(5_000);
    await expect(page.getByText('Live', { exact: true })).toBeHidden();
    await expect(page.locator('[data-feed]')).toHaveText(/^(Checking connection|Reconnecting)…$/);
    expect(await map.boundingBox()).toEqual(place);
    await page.clock.runFor(5_000);
    await expect(page.getByText('Reconnecting…')).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: 'broke off' })).toBeVisible();
    expect(await map.boundingBox()).toEqual(place);
    cut();
  },
);

test("the offline page is in the user's language @thorough", ONLY_CHROMIUM, async ({ enter }) => {
  const { page } = await enter('anonymous', { ...WITH_WORKER, locale: 'de-AT' });
  await page.goto('/');
  await workerIsReady(page);
  await page.context().setOffline(true);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sie sind offline' })).toBeVisible();
  await expect(page.getByRole('main')).toHaveCount(1);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});

test(
  'nothing else is cached: the app is current and the API not intercepted @thorough',
  ONLY_CHROMIUM,
  async ({ enter }) => {
    const { page } = await enter('anonymous', WITH_WORKER);
    await page.goto('/');
    await workerIsReady(page);
    await page.reload();
    await page.getByRole('article').first().waitFor();
    const kept = await page.evaluate(async () => {
      const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
      const requests = await Promise.all(caches_.map((cache) => cache.keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    expect(kept.sort()).toEqual(['/favicon.svg', '/offline.css', '/offline.html', '/offline.js']);

    await page.context().setOffline(true);
    const call = page.evaluate(() => fetch('/api/events/').then(({ status }) => status));
    await expect(call).rejects.toThrow('Failed to fetch');
  },
);

test('a page chunk removed by a deployment reloads the app once, then shows an error @thorough', async ({
  enter,
}) => {
  const { page } = await enter('somebody new');
  let loads = 0;
  page.on('domcontentloaded', () => (loads += 1));
  await page.route('**/assets/ReservationPage-*.js', (route) => route.fulfill({ status: 404 }));
  await page.goto('/reservations/1');
  await expect(page.getByRole('heading', { name: 'Something went wrong' })).toBeVisible();
  expect(loads).toBe(2);

  await page.unroute('**/assets/ReservationPage-*.js');
  await page.getByRole('button', { name: 'Load it again' }).click();
  await expect(page.getByRole('heading', { name: 'Something went wrong' })).toBeHidden();
  await expect(page.getByRole('main')).toContainText('There is no such reservation');
  expect(loads).toBe(3);
});

test('a translation removed by a deployment reloads once, then falls back to English @thorough', async ({
  enter,
}) => {
  const { page } = await enter('anonymous', { locale: 'de-DE' });
  let loads = 0;
  page.on('domcontentloaded', () => (loads += 1));
  let missing = 1;
  await page.route('**/assets/de-*.js', async (route) => {
    if (missing-- > 0) await route.fulfill({ status: 404 });
    else await route.continue();
  });
  await page.goto('/');
  await expect(page.getByRole('article').first()).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  expect(loads).toBe(2);

  missing = Infinity;
  await page.reload();
  await expect(page.getByRole('article').first()).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  expect(loads).toBe(3);
});
