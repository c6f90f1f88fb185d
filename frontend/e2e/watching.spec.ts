import { expect } from '@playwright/test';

import { DEMO_PASSWORD, demoEvents, pick, seatOn, seatWords, test, openLive } from './fixtures';

test('of two buyers of one seat, one gets it and the other sees why not', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const fast = await enter('somebody new');
  const slow = await enter('somebody new');
  const seat = pick(await fast.api.freeSeats(club.id, 1, 30));
  await openLive(fast.page, club);
  await openLive(slow.page, club);

  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await slow.page.route('**/lock/', async (route) => {
    await held;
    await route.continue();
  });
  await seatOn(slow.page, seat).click();
  await expect(seatOn(slow.page, seat)).toHaveAttribute('data-status', 'mine');
  await seatOn(fast.page, seat).click();
  await expect(fast.page.getByRole('button', { name: 'Reserve' })).toBeEnabled();
  letGo();

  await expect(
    slow.page.getByText(
      new RegExp(`${seatWords(seat).source} went to somebody else a moment before you\\.$`),
    ),
  ).toBeVisible();
  await expect(seatOn(slow.page, seat)).toHaveAccessibleName(new RegExp(`locked by ${fast.name}$`));
  await expect(seatOn(fast.page, seat)).toHaveAttribute('data-status', 'mine');
});

test('simultaneous clicks never lock a seat twice @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const people = [await enter('somebody new'), await enter('somebody new')];
  const seat = pick(await pick(people).api.freeSeats(club.id, 1, 40));
  for (const { page } of people) await openLive(page, club);
  await Promise.all(people.map(({ page }) => seatOn(page, seat).click()));
  const statuses = () =>
    Promise.all(people.map(({ page }) => seatOn(page, seat).getAttribute('data-status')));
  await expect.poll(async () => (await statuses()).sort()).toEqual(['locked', 'mine']);
});

test('a reload restores the basket @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const seats = await api.freeSeats(club.id, 2, 50);
  await openLive(page, club);
  for (const seat of seats) await seatOn(page, seat).click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();

  await page.reload();
  const basket = page.getByRole('complementary', { name: 'Your seats' });
  await expect(basket.getByRole('heading', { name: '2 seats' })).toBeVisible();
  await expect(basket.getByText(/^[45]:\d\d$/)).toBeVisible();
  for (const seat of seats) {
    await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'mine');
  }

  await basket.getByRole('button', { name: 'Release all' }).click();
  for (const seat of seats) {
    await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'available');
  }
  await expect(basket.getByRole('button', { name: 'Reserve' })).toBeHidden();
});

test('anonymous visitors can watch, and are offered others if their seat goes while they sign in @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const buyer = await enter('somebody new');
  const { page } = await enter('anonymous');
  const [taken, wanted] = await buyer.api.freeSeats(club.id, 2, 60);
  if (taken === undefined || wanted === undefined) throw new Error('Two seats are needed');
  await openLive(page, club);
  await buyer.api.post(`events/${club.id}/seats/${taken.id}/lock/`);
  await expect(seatOn(page, taken)).toHaveAccessibleName(new RegExp(`locked by ${buyer.name}$`));

  await seatOn(page, wanted).click();
  await page
    .getByRole('dialog', { name: 'Sign in, or buy without an account' })
    .getByRole('link', { name: 'Sign in' })
    .click();
  await page.getByLabel('Username').fill('carol');
  await page.getByLabel('Password').fill(DEMO_PASSWORD);
  await buyer.api.post(`events/${club.id}/seats/${wanted.id}/lock/`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(new RegExp(`/events/${club.id}$`));
  const card = page.getByRole('region', { name: 'Other seats' });
  await expect(card).toContainText(new RegExp(`${seatWords(wanted).source} went to somebody else`));
  await card
    .getByRole('button', { name: /^Take / })
    .first()
    .click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();
  await page.getByRole('button', { name: 'Release all' }).click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeHidden();
});

test('an event before its sale shows its seats and the opening time @thorough', async ({
  enter,
  request,
}) => {
  const { upcoming } = await demoEvents(request);
  const { page } = await enter('somebody new');
  await page.goto('/');
  await expect(page.getByRole('article').filter({ hasText: upcoming.name })).toContainText(
    /Sales open on \w+, \d+ \w+ \d{4}/,
  );
  await openLive(page, upcoming);
  await expect(page.getByText(/^Sales open on/)).toBeVisible();
  const seat = page.getByRole('button', { name: /^Seat / }).first();
  // It is aria-disabled, but a click is still answered.
  await seat.click({ force: true });
  await expect(seat).toHaveAttribute('data-status', 'available');
  await expect(page.getByRole('status').filter({ hasText: /^Sales open on/ })).toBeVisible();
});

test('the map recovers after a network failure @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const buyer = await enter('somebody new');
  const watcher = await enter('anonymous');
  const seat = pick(await buyer.api.freeSeats(club.id, 1, 70));
  await openLive(watcher.page, club);

  await watcher.page.context().setOffline(true);
  await expect(watcher.page.getByText('Offline', { exact: true })).toBeVisible();
  await buyer.api.post(`events/${club.id}/seats/${seat.id}/lock/`);
  await watcher.page.context().setOffline(false);
  await expect(watcher.page.getByText('Live', { exact: true })).toBeVisible();
  await expect(seatOn(watcher.page, seat)).toHaveAttribute('data-status', 'locked');
});
