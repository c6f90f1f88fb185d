import { expect } from '@playwright/test';

import { routeSockets } from './socketRoute';
import { demoEvents, ONLY_CHROMIUM, seatOn, test, openLive } from './fixtures';

test('a purchase continues after a server restart @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const rival = await enter('somebody new');
  const [mine, theirs] = await api.freeSeats(club.id, 2, 15);
  if (mine === undefined || theirs === undefined) throw new Error('Two seats are needed');
  const line = await routeSockets(page);
  await openLive(page, club);
  await seatOn(page, mine).click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();

  line.disconnect();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  await rival.api.post(`events/${club.id}/seats/${theirs.id}/lock/`);
  await expect(seatOn(page, mine)).toHaveAttribute('data-status', 'mine');
  await expect(seatOn(page, theirs)).toHaveAttribute('data-status', 'available');
  line.restore();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  expect(line.urls.at(-1)).toMatch(/\?since=\d+&layout=\w+$/);
  await expect(seatOn(page, theirs)).toHaveAttribute('data-status', 'locked');
  await expect(seatOn(page, mine)).toHaveAttribute('data-status', 'mine');

  await page.getByRole('button', { name: 'Reserve' }).click();
  line.disconnect();
  await page.getByRole('button', { name: /^Confirm/ }).click();
  await expect(page.getByRole('dialog', { name: 'Reservation confirmed!' })).toBeVisible();
  line.restore();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(seatOn(page, mine)).toHaveAttribute('data-status', 'reserved');
});

test(
  'an order with a lost response is retried and booked once @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const { page, api } = await enter('somebody new');
    const [seat] = await api.freeSeats(club.id, 1, 25);
    if (seat === undefined) throw new Error('A seat is needed');
    await openLive(page, club);
    await seatOn(page, seat).click();
    await page.getByRole('button', { name: 'Reserve' }).click();
    const keys: (string | undefined)[] = [];
    await page.route('**/reserve/', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      const answer = await route.fetch();
      if (keys.length === 1) await route.abort('connectionreset');
      else await route.fulfill({ response: answer });
    });
    await page.getByRole('button', { name: /^Confirm/ }).click();
    await expect(page.getByRole('dialog', { name: 'Reservation confirmed!' })).toBeVisible();
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(await api.get<unknown[]>('reservations/')).toHaveLength(1);
  },
);

test('Reserve is busy until a slow checkout has loaded @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const [seat] = await api.freeSeats(club.id, 1, 35);
  if (seat === undefined) throw new Error('A seat is needed');
  let send: () => void = () => undefined;
  const allowed = new Promise<void>((resolve) => {
    send = resolve;
  });
  await page.route('**/assets/CheckoutDialog-*.js', async (route) => {
    await allowed;
    await route.continue();
  });
  await openLive(page, club);
  const asked = page.waitForRequest('**/assets/CheckoutDialog-*.js');
  await seatOn(page, seat).click();
  await asked;
  const reserve = page.getByRole('button', { name: 'Reserve' });
  await reserve.click();
  await expect(reserve).toHaveAttribute('aria-busy', 'true');
  const review = page.getByRole('dialog', { name: 'Review your seats' });
  await expect(review).toBeHidden();
  send();
  await expect(review).toBeVisible();
  await expect(reserve).toHaveAttribute('aria-busy', 'false');
});

test('a checkout that cannot be loaded shows the failure of its page @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const [seat] = await api.freeSeats(club.id, 1, 55);
  if (seat === undefined) throw new Error('A seat is needed');
  await openLive(page, club);
  await page.route('**/assets/CheckoutDialog-*.js', (route) => route.fulfill({ status: 404 }));
  const reloaded = page.waitForEvent('load');
  await seatOn(page, seat).click();
  // In case of a new build; the basket is there again.
  await reloaded;
  await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'mine');
  await page.getByRole('button', { name: 'Reserve' }).click();
  await expect(page.getByRole('button', { name: 'Load it again' })).toBeVisible();
  await page.unroute('**/assets/CheckoutDialog-*.js');
  await page.getByRole('button', { name: 'Load it again' }).click();
  await page.getByRole('button', { name: 'Reserve' }).click();
  await expect(page.getByRole('dialog', { name: 'Review your seats' })).toBeVisible();
});

test('a buyer who goes offline while paying keeps the seats and pays once online @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const [seat] = await api.freeSeats(club.id, 1, 45);
  if (seat === undefined) throw new Error('A seat is needed');
  await openLive(page, club);
  await seatOn(page, seat).click();
  await page.getByRole('button', { name: 'Reserve' }).click();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: /^Confirm/ }).click();
  const review = page.getByRole('dialog', { name: 'Review your seats' });
  await expect(review.getByRole('alert')).toContainText('We could not reach the box office.');
  await page.context().setOffline(false);
  await review.getByRole('button', { name: /^Try again/ }).click();
  await expect(page.getByRole('dialog', { name: 'Reservation confirmed!' })).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  expect(await api.get<unknown[]>('reservations/')).toHaveLength(1);
});

test('a page whose scripts are gone offers to load it again @thorough', async ({ enter }) => {
  const { page } = await enter('anonymous');
  const assets = '**/assets/**';
  await page.route(assets, (route) => route.fulfill({ status: 404 }));
  await page.goto('/');
  const again = page.getByRole('link', { name: 'Load it again' });
  await expect(again).toBeVisible();
  await page.unroute(assets);
  await again.click();
  await expect(page.getByRole('heading', { name: 'Pick a night out' })).toBeVisible();
});
