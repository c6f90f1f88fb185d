import { expect, type Locator, type Page } from '@playwright/test';

import type { Seat } from '../src/api/types';
import { demoEvents, openLive, pick, seatWords, tapAt, test } from './fixtures';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESK = { viewport: { width: 1440, height: 900 } };

test('the filter of a phone opens on the screen', async ({ enter, request }) => {
  const { theatre } = await demoEvents(request);
  for (const locale of ['de-DE', 'en-GB']) {
    const { page } = await enter('anonymous', { ...PHONE, locale });
    await page.goto(`/events/${theatre.id}`);
    await page.locator('.filter__button').tap();
    await expect(page.locator('.filter__card')).toBeInViewport({ ratio: 1 });
  }
});

test('the basket shows the whole name of a seat beside its prices', async ({ enter, request }) => {
  const { theatre } = await demoEvents(request);
  for (const options of [DESK, PHONE]) {
    const { page, api } = await enter('somebody new', options);
    const seats = await api.freeSeats(theatre.id, 2);
    await api.post(`events/${theatre.id}/lock/`, { seat_ids: seats.map(({ id }) => id) });
    await openLive(page, theatre);
    if (options === PHONE) await page.getByRole('button', { name: 'Show the seats' }).tap();
    const name = page.locator('.basket__seat').first();
    await expect(name).toBeVisible();
    expect(await name.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  }
});

test('the map stays where it is when a seat has gone and others are offered', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const rival = await enter('somebody new');
  for (const row of ['A', 'H', 'J']) {
    const { page, api } = await enter('somebody new', DESK);
    const seats = await api.get<Seat[]>(`events/${club.id}/seats/`);
    const free = seats.filter((seat) => seat.row === row && seat.is_available);
    const gone = pick(free, Math.floor(free.length / 2));
    await openLive(page, club);
    const seat = page.locator(`[data-seat="${seats.indexOf(gone)}"]`);
    await page.route(`**/seats/${gone.id}/lock/`, async (route) => {
      await rival.api.post(`events/${club.id}/seats/${gone.id}/lock/`);
      await route.continue();
    });
    const before = await boxOf(seat);
    await page.mouse.click(before.x + before.width / 2, before.y + before.height / 2);
    const card = page.locator('.offer');
    await expect(card).toBeVisible();
    expect(await boxOf(seat)).toEqual(before);
    await expect(page.locator('.seat-tooltip')).toHaveCount(0);
    expect(await offeredBelow(page, card, seats)).toEqual([]);
  }
});

test('a toast covers neither the name of the event nor its state', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const rival = await enter('somebody new');
  const seats = await rival.api.get<Seat[]>(`events/${club.id}/seats/`);
  const taken = pick(
    seats.filter((seat) => seat.is_available),
    70,
  );
  await rival.api.post(`events/${club.id}/seats/${taken.id}/lock/`);
  for (const options of [DESK, PHONE]) {
    const { page } = await enter('somebody new', options);
    await openLive(page, club);
    const seat = page.locator(`[data-seat="${seats.indexOf(taken)}"]`);
    if (options === PHONE) await tapAt(seat);
    else await seat.click({ force: true });
    const toast = await boxOf(page.locator('.toast').first());
    for (const shown of ['.selector__head', '.selector__tools', '.basket__foot']) {
      const place = page.locator(shown);
      if ((await place.count()) === 0) continue;
      const box = await boxOf(place);
      expect(toast.y >= box.y + box.height || toast.y + toast.height <= box.y).toBe(true);
    }
  }
});

test('a seat that asks to sign in leaves no tooltip on a phone', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page } = await enter('anonymous', PHONE);
  await openLive(page, club);
  await tapAt(page.locator('[data-status="available"]').nth(50));
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('link', { name: 'Buy without an account' })).toBeVisible();
  await expect(page.locator('.seat-tooltip')).toHaveCount(0);
});

/** The names of the seats offered on a card that are on screen below it. */
async function offeredBelow(page: Page, card: Locator, seats: readonly Seat[]): Promise<string[]> {
  const box = await boxOf(card);
  const names = (await card.getByRole('button', { name: /^Take / }).allInnerTexts()).join('\n');
  const below: string[] = [];
  for (const [index, seat] of seats.entries()) {
    if (!seatWords(seat).test(names)) continue;
    const { y, height } = await boxOf(page.locator(`[data-seat="${index}"]`));
    if (y < box.y + box.height && y + height > box.y) below.push(seat.seat_number);
  }
  return below;
}

async function boxOf(one: Locator) {
  const box = await one.boundingBox();
  if (box === null) throw new Error('It is not on screen');
  return box;
}
