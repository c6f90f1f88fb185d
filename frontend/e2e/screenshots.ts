import { resolve } from 'node:path';

import type { BrowserContextOptions, Page } from '@playwright/test';

import { demoEvents, type Person, pick, seatOn, setLockSeconds, test, watch } from './stage';

const FOLDER = process.env['SCREENSHOTS'] ?? resolve(import.meta.dirname, '../../docs/screenshots');

const SIZES: Readonly<Record<string, BrowserContextOptions>> = {
  390: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  1440: { viewport: { width: 1440, height: 900 } },
};

for (const [width, size] of Object.entries(SIZES)) {
  test(`every page at ${width} pixels`, async ({ enter, request }) => {
    const { club, theatre, upcoming } = await demoEvents(request);
    const bob = await enter('bob');
    const bobsSeats = await occupy(bob, club.id, 52);
    await occupy(bob, theatre.id, 260);
    const { page } = await enter('alice', { ...size, colorScheme: 'light' });
    const shoot = (name: string) => shot(page, `${name}-${width}`);

    await page.goto('/');
    await page.getByRole('link', { name: club.name }).waitFor();
    await shoot('events');

    await watch(page, upcoming);
    await shoot('not-on-sale-yet');

    await watch(page, theatre);
    await page.getByText(/^\d+ watching$/).waitFor({ state: 'attached' });
    await shoot('theatre');

    await watch(page, club);
    const ours = await bob.api.freeSeats(club.id, 3, 62);
    for (const seat of ours) await seatOn(page, seat).click();
    await page.locator('.basket__reserve:enabled').waitFor();
    if (bobsSeats[0] !== undefined && size.hasTouch !== true) {
      await seatOn(page, bobsSeats[0]).hover();
    }
    await page.getByText(/^\d+ watching$/).waitFor({ state: 'attached' });
    await shoot('seat-selector');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot('seat-selector-dark');
    await page.emulateMedia({ colorScheme: 'light' });

    await page.getByRole('button', { name: 'Reserve', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await shoot('review');
    await page.getByRole('button', { name: /^Confirm/ }).click();
    await page.getByRole('dialog', { name: 'Reservation confirmed!' }).waitFor();
    await shoot('confirmed');
    await page.getByRole('button', { name: 'My reservations' }).click();
    await page.getByRole('article').first().waitFor();
    await shoot('my-reservations');

    await page.goto('/there/is/no/such/page');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await shoot('not-found');

    const visitor = await enter('anonymous', { ...size, colorScheme: 'light' });
    for (const name of ['sign-in', 'register']) {
      await visitor.page.goto(`/${name}`);
      await visitor.page.getByLabel('Username').waitFor();
      await shot(visitor.page, `${name}-${width}`);
    }
  });

  test(`what may come in between at ${width} pixels`, async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const bob = await enter('bob');
    await occupy(bob, club.id, 52);
    const organiser = await enter('admin');
    const { page, api } = await enter('alice', { ...size, colorScheme: 'light' });
    const shoot = (name: string) => shot(page, `${name}-${width}`);

    const ours = await api.freeSeats(club.id, 3, 62);
    await setLockSeconds(organiser, club, 80);
    await api.post(`events/${club.id}/lock/`, { seat_ids: ours.map(({ id }) => id) });
    await setLockSeconds(organiser, club, null);
    await watch(page, club);
    await page.getByRole('button', { name: 'More time' }).waitFor();

    const wanted = pick(await bob.api.freeSeats(club.id, 1, 65));
    await page.route('**/seats/*/lock/', async (route) => {
      await bob.api.post(`events/${club.id}/seats/${wanted.id}/lock/`);
      await route.continue();
    });
    await seatOn(page, wanted).click();
    await page.getByRole('region', { name: 'Other seats' }).waitFor();
    await shoot('refused');
    await page.getByRole('button', { name: 'No, thank you' }).click();
    await page.getByRole('button', { name: 'More time' }).click();
    await page.getByRole('button', { name: 'More time' }).waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Reserve', exact: true }).click();
    await page.locator('input[value=card_declined]').check();
    await page.getByRole('button', { name: /^Confirm/ }).click();
    await page.getByText(/was declined/).waitFor();
    await shoot('declined');
    await page.locator('input[value=card_slow]').check();
    await page.getByRole('button', { name: /^Try again/ }).click();
    await page.getByRole('button', { name: 'Paying…' }).waitFor();
    await shoot('paying');
    await page.getByRole('button', { name: 'My reservations' }).click();
    await page
      .getByRole('article')
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel reservation' }).click();
    await page.getByText(/has been refunded/).waitFor();
    await shoot('refunded');
  });
}

/** Reserve some seats and lock some others, so that a picture shows every state. */
async function occupy({ api }: Person, eventId: number, from: number) {
  const seats = await api.freeSeats(eventId, 9, from);
  const reserved = seats.slice(0, 5).map(({ id }) => id);
  await api.post(`events/${eventId}/lock/`, { seat_ids: seats.map(({ id }) => id) });
  await api.post(`events/${eventId}/reserve/`, { seat_ids: reserved, payment_method: 'card' });
  return seats.slice(5);
}

async function shot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled', caret: 'hide' });
}
