import { expect, type Locator } from '@playwright/test';

import type { Seat } from '../src/api/types';
import {
  demoEvents,
  ONLY_CHROMIUM,
  openLive,
  OWN_PASSWORD,
  pick,
  seatOn,
  seatWords,
  tabUntil,
  tapAt,
  test,
} from './fixtures';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const GUARD_MS = 600;
const SECOND_TAP_MS = 450;

test(
  'a double tap on a seat that has gone takes none of those offered instead @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const rival = await enter('somebody new');
    const { page, api } = await enter('somebody new', PHONE);
    const gone = pick(await rival.api.freeSeats(club.id, 1, 80));
    await page.clock.install();
    await openLive(page, club);
    await page.clock.pauseAt(Date.now() + 2_000);
    let requests = 0;
    await page.route(`**/seats/${gone.id}/lock/`, async (route) => {
      requests += 1;
      await rival.api.post(`events/${club.id}/seats/${gone.id}/lock/`);
      await route.continue();
    });

    await tapAt(seatOn(page, gone));
    const card = page.getByRole('region', { name: 'Other seats' });
    await expect(card).toContainText(new RegExp(`${seatWords(gone).source} went to somebody else`));
    const first = card.getByRole('button', { name: /^Take / }).first();
    const words = await first.innerText();
    const seats = await api.get<Seat[]>(`events/${club.id}/seats/`);
    const offered = pick(seats.filter((seat) => seatWords(seat).test(words)));
    expect(await areApart(seatOn(page, offered), card)).toBe(true);
    expect(await areApart(page.locator('.basket'), card)).toBe(true);
    await page.clock.runFor(SECOND_TAP_MS);
    await tapAt(seatOn(page, gone));
    await tapAt(first);
    await expect(card).toBeVisible();
    expect(await api.get(`events/${club.id}/locks/`)).toEqual([]);
    expect(requests).toBe(1);

    await page.clock.runFor(GUARD_MS - SECOND_TAP_MS);
    await tapAt(first);
    await expect(seatOn(page, offered)).toHaveAccessibleName(/held by you$/);
    expect(await api.get<Seat[]>(`events/${club.id}/locks/`)).toHaveLength(1);
  },
);

test('a narrow phone has room for the buttons of the basket in German @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new', { locale: 'de-DE' });
  const seats = await api.freeSeats(club.id, 3, 60);
  await api.post(`events/${club.id}/lock/`, { seat_ids: seats.map(({ id }) => id) });
  for (const width of [320, 360, 375, 390]) {
    await page.setViewportSize({ width, height: 700 });
    await page.goto(`/events/${club.id}`);
    await page.getByRole('button', { name: 'Plätze zeigen' }).click();
    for (const name of ['Alle freigeben', 'Reservieren']) {
      await expect(page.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
    }
  }
});

test('a click beside a small seat takes the seat that hovering shows @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const rival = await enter('somebody new');
  const { page } = await enter('somebody new', { viewport: { width: 1000, height: 460 } });
  const [free, taken] = await rival.api.freeSeats(club.id, 2, 60);
  if (free === undefined || taken === undefined) throw new Error('Two seats are needed');
  await rival.api.post(`events/${club.id}/seats/${taken.id}/lock/`);
  await openLive(page, club);

  const { x, y, radius } = await circleOf(seatOn(page, free));
  expect(radius).toBeLessThan(7);
  await page.mouse.move(x - radius, y + radius);
  await expect(page.getByText(`row ${free.row}, seat ${free.number}`)).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(seatOn(page, free)).toHaveAttribute('data-status', 'mine');

  const { x: takenX, y: takenY, radius: takenRadius } = await circleOf(seatOn(page, taken));
  await page.mouse.click(takenX + 0.6 * takenRadius, takenY);
  await expect(page.getByText(new RegExp(`${seatWords(taken).source} is locked`))).toBeVisible();
  await expect(page.getByRole('button', { name: /^Release .*seat / })).toHaveCount(1);
});

test('the keyboard opens a section at a free seat, and comes back out', async ({
  enter,
  request,
}) => {
  const { theatre } = await demoEvents(request);
  const { page } = await enter('anonymous', { viewport: { width: 380, height: 800 } });
  await openLive(page, theatre);
  const section = page.locator('[data-section]:focus');
  await tabUntil(section);
  await page.keyboard.press('ArrowDown');
  await expect(section).toHaveAccessibleName(/^Circle/);
  await page.keyboard.press('ArrowUp');
  await expect(section).toHaveAccessibleName(/^Stalls/);
  await page.keyboard.press('Enter');
  const seat = page.locator('[data-seat]:focus');
  await expect(seat).toHaveAccessibleName(/^Seat Stalls .*available$/);
  await expect(page.getByText(/^Stalls, \d+ free/)).toBeAttached();

  const minimap = page.locator('.minimap');
  await expect(minimap).toBeVisible();
  for (let row = 0; row < 12; row++) {
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => areApart(seat, minimap)).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(section).toHaveAccessibleName(/^Stalls/);
});

/** Whether two elements do not overlap on the screen. */
async function areApart(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (a === null || b === null) return false;
  const isBeside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  return isBeside || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

async function circleOf(seat: Locator): Promise<{ x: number; y: number; radius: number }> {
  const box = await seat.boundingBox();
  if (box === null) throw new Error('The seat is not on screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, radius: box.width / 2 };
}

test('a seat picked before signing in outlives a reload with storage blocked @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { name, api: own } = await enter('somebody new');
  const { page } = await enter('anonymous');
  await page.addInitScript(() => {
    Object.defineProperty(window, 'sessionStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await openLive(page, club);
  const wanted = pick(await own.freeSeats(club.id, 1, 90));
  await seatOn(page, wanted).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Username').waitFor();
  await page.reload();
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('Password').fill(OWN_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(seatOn(page, wanted)).toHaveAccessibleName(/held by you$/);

  await seatOn(page, wanted).click();
  await expect(seatOn(page, wanted)).toHaveAccessibleName(/available$/);
  await page.reload();
  await page.getByText('Live', { exact: true }).waitFor();
  await expect(seatOn(page, wanted)).toHaveAccessibleName(/available$/);
  expect(await own.get(`events/${club.id}/locks/`)).toEqual([]);
});
