import { expect, type Locator, type Page } from '@playwright/test';

import type { Seat } from '../src/api/types';
import { demoEvents, openLive, seatOn, test } from './fixtures';
import { type Hall, openHall, rowOf, tableOf } from './halls';

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const MOST = 10;

const TYPES = { ticketTypes: [{ name: 'Kind', price: '20.00' }] };
const BALLROOM: Hall = {
  size: { width: 700, height: 500 },
  categories: [{ name: 'Dinner', color: '#7c3aed', price: '45.00' }],
  rows: [
    tableOf('1', 150, 150, 'Dinner'),
    tableOf('2', 400, 150, 'Dinner'),
    rowOf('A', 12, 100, 350, 'Dinner'),
  ],
};

test('ten seats leave the map where it was, and the total and Reserve in sight', async ({
  enter,
}) => {
  const organiser = await enter('somebody new');
  const show = await openHall(organiser.api, BALLROOM, TYPES);
  const { page, api } = await enter('somebody new', DESK);
  const all = await api.get<Seat[]>(`events/${show.id}/seats/`);
  const seats = all.filter(({ row }) => row === 'A').slice(0, MOST);
  await openLive(page, show);
  const before = await placesOf(page, seats);
  for (const seat of seats) {
    await seatOn(page, seat).click();
    await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'mine');
  }
  await expect(page.getByRole('button', { name: /^Release .*seat / })).toHaveCount(MOST);
  expect(await placesOf(page, seats)).toEqual(before);
  await expect(page.locator('.basket__total')).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeInViewport({ ratio: 1 });
  for (const line of await page.locator('.basket__row').all()) {
    // The name may take two lines beside the menu of ticket types, not three.
    expect((await line.boundingBox())?.height).toBeLessThan(60);
  }
});

test('on a phone the basket is one line that opens, and most of the screen is the map', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new', PHONE);
  const [first, second] = await api.freeSeats(club.id, 2, 20);
  if (first === undefined || second === undefined) throw new Error('Two seats are needed');
  await openLive(page, club);
  const map = page.locator('.map');
  const before = await map.boundingBox();
  expect(before?.height).toBeGreaterThan(PHONE.viewport.height / 2);

  await api.post(`events/${club.id}/lock/`, { seat_ids: [first.id, second.id] });
  await page.reload();
  const basket = page.getByRole('complementary', { name: 'Your seats' });
  await expect(basket.getByText('2 seats')).toBeVisible();
  expect((await basket.boundingBox())?.height).toBeLessThan(80);
  expect(await map.boundingBox()).toEqual(before);
  await expect(page.locator('.basket__total')).toBeInViewport({ ratio: 1 });

  await basket.getByRole('button', { name: 'Show the seats' }).tap();
  await expect(basket.getByRole('listitem')).toHaveCount(2);
  await expect(basket.getByRole('button', { name: 'Release all' })).toBeInViewport({ ratio: 1 });
  await expect(basket.getByRole('button', { name: 'Reserve' })).toBeInViewport({ ratio: 1 });
  expect(await map.boundingBox()).toEqual(before);
});

test('a whole table is one line of the basket, also in German', async ({ enter }) => {
  const organiser = await enter('somebody new');
  const show = await openHall(organiser.api, BALLROOM, TYPES);
  const { page } = await enter('somebody new', { ...DESK, locale: 'de-DE' });
  await page.goto(`/events/${show.id}`);
  await page.locator('[data-seat="0"]').click();
  const basket = page.getByRole('complementary', { name: 'Ihre Plätze' });
  const line = basket.getByRole('listitem');
  await expect(line).toHaveCount(1);
  await expect(line).toHaveText('Tisch 1 8 Plätze360,00 €');
  expect((await line.boundingBox())?.height).toBeLessThan(60);

  await basket.getByRole('button', { name: 'Ticketarten für Tisch 1' }).click();
  const [first, ...others] = await basket.getByRole('combobox').all();
  expect(others).toHaveLength(7);
  await first?.selectOption({ label: 'Kind · 20,00 €' });
  await expect(basket.getByRole('listitem').first()).toContainText('335,00 €');
  await basket.getByRole('button', { name: 'Tisch 1 freigeben' }).click();
  await expect(basket.getByRole('listitem')).toHaveCount(0);
});

test('the map of the box office stays as it is, however many seats are selected', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page } = await enter('admin', DESK);
  for (const { width, height } of [DESK.viewport, PHONE.viewport]) {
    await page.setViewportSize({ width, height });
    await page.goto(`/organise/events/${club.id}/box-office`);
    const seat = page.locator('[data-seat][data-status="available"]').first();
    await seat.waitFor();
    const map = page.locator('.map');
    const before = await map.boundingBox();
    await seat.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: '1 seat selected' })).toBeVisible();
    await page.getByRole('button', { name: 'Sell', exact: true }).click();
    expect(await map.boundingBox()).toEqual(before);
    await expect(page.getByRole('button', { name: /^Sell for / })).toBeInViewport({ ratio: 1 });
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(height);
  }
});

const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`;

test('with the text spacing of WCAG, in German, the total and the button stay in sight', async ({
  enter,
}) => {
  const organiser = await enter('somebody new');
  const show = await openHall(organiser.api, BALLROOM, TYPES);
  const { page, api } = await enter('somebody new', { locale: 'de-DE' });
  const seats = (await api.get<Seat[]>(`events/${show.id}/seats/`)).slice(-MOST);
  await api.post(`events/${show.id}/lock/`, { seat_ids: seats.map(({ id }) => id) });
  for (const [width, height] of [
    [1440, 900],
    [1024, 640],
    [640, 400],
    [390, 844],
    [320, 640],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(`/events/${show.id}`);
    const reserve = page.getByRole('button', { name: 'Reservieren' });
    await reserve.waitFor();
    await page.evaluate((css) => {
      const style = new CSSStyleSheet();
      style.replaceSync(css);
      document.adoptedStyleSheets.push(style);
    }, SPACED);
    for (const shown of [page.locator('.basket__total b'), reserve]) {
      await expect(shown).toBeInViewport({ ratio: 1 });
      expect(await isCut(shown)).toBe(false);
    }
  }
});

/** Whether an element has more text than room. */
function isCut(element: Locator): Promise<boolean> {
  return element.evaluate(
    ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
      clientWidth > 0 && (scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1),
  );
}

/** Where these seats are on the screen. */
async function placesOf(page: Page, seats: readonly Seat[]) {
  return Promise.all(seats.map((seat) => seatOn(page, seat).boundingBox()));
}
