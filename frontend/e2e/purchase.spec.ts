import { expect, type Locator, type Page } from '@playwright/test';

import type { Seat } from '../src/api/types';
import { routeSockets } from './socketRoute';
import {
  DEMO_PASSWORD,
  demoEvents,
  ONLY_CHROMIUM,
  seatOn,
  seatWords,
  tabUntil,
  tapAt,
  test,
  openLive,
} from './fixtures';

// With animations, which the other tests leave out.
test.use({ contextOptions: { reducedMotion: 'no-preference' } });

test('two people and a third who only watches follow one purchase to its cancellation @site', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const bob = await enter('bob');
  const [first, second] = await bob.api.freeSeats(club.id, 2, 10);
  if (first === undefined || second === undefined) throw new Error('Two seats are needed');
  await openLive(bob.page, club);
  const { page: watcher } = await enter('anonymous');
  await watcher.goto(`/events/${club.id}?view=list`);
  const all = [bob.page, watcher];

  const { page: alice } = await enter('anonymous');
  await alice.goto('/');
  await alice.getByRole('link', { name: club.name }).click();
  await alice.getByText('Live', { exact: true }).waitFor();
  await seatOn(alice, second).click();
  await alice
    .getByRole('dialog', { name: 'Sign in, or buy without an account' })
    .getByRole('link', { name: 'Sign in' })
    .click();
  await alice.getByLabel('Username').fill('alice');
  await alice.getByLabel('Password').fill(DEMO_PASSWORD);
  await alice.getByRole('button', { name: 'Sign in' }).click();
  // The seat clicked before signing in is held.
  await expect(seatOn(alice, second)).toHaveAttribute('data-status', 'mine');
  await alice.getByText('Live', { exact: true }).waitFor();

  const locked = await stopwatch(seatOn(bob.page, first), 'locked');
  const clicked = await stopwatch(seatOn(alice, first), 'mine');
  await seatOn(alice, first).click();
  const latencyMs = (await locked()) - (await clicked());
  console.log(`a lock was on the other screen ${latencyMs} ms after it showed on the first`);
  expect(latencyMs).toBeLessThan(5_000);
  for (const page of all) {
    await expect(seatOn(page, first)).toHaveAccessibleName(/locked by alice$/);
  }

  await expect(seatOn(bob.page, second)).toHaveAttribute('data-status', 'locked');
  await seatOn(bob.page, first).hover();
  await expect(bob.page.getByText('Locked by alice', { exact: true })).toBeVisible();

  const basket = alice.getByRole('complementary', { name: 'Your seats' });
  await expect(basket.getByText(/^[45]:\d\d$/)).toBeVisible();
  await expect(basket.getByText('€100.00')).toBeVisible();
  await basket.getByRole('button', { name: 'Reserve', exact: true }).click();
  const review = alice.getByRole('dialog', { name: 'Review your seats' });
  await review.locator('input[value=card]').check();
  await review.getByRole('button', { name: /^Confirm/ }).click();
  const confirmed = alice.getByRole('dialog', { name: 'Reservation confirmed!' });
  await expect(confirmed).toBeVisible();
  for (const page of all) await expectStatus(page, [first, second], 'reserved');

  await confirmed.getByRole('button', { name: 'My reservations' }).click();
  await expect(alice).toHaveURL(/\/reservations$/);
  const booking = alice.getByRole('article').first();
  await expect(booking.getByText('Confirmed')).toBeVisible();
  for (const seat of [first, second]) {
    await expect(booking.getByText(seatWords(seat))).toBeVisible();
  }

  await booking.getByRole('button', { name: /^Cancel/ }).click();
  await alice
    .getByRole('dialog', { name: 'Cancel this reservation?' })
    .getByRole('button', { name: 'Cancel reservation' })
    .click();
  await expect(booking.getByText('Cancelled', { exact: true })).toBeVisible();
  for (const page of all) await expectStatus(page, [first, second], 'available');
});

test(
  'the whole purchase works by touch on a phone, over a bad connection @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { theatre } = await demoEvents(request);
    const { page } = await enter('somebody new', {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    const line = await routeSockets(page);
    await openLive(page, theatre);
    // Zoomed out there are areas: the first tap zooms in.
    await tapAt(page.getByRole('button', { name: /^Stalls/ }));
    await expect.poll(() => seatsInView(page).count()).toBeGreaterThan(9);
    const seat = await nearestTheMiddle(seatsInView(page));
    await expect(seat).toHaveAttribute('data-status', 'available');
    await tapAt(seat);
    await expect(seat).toHaveAttribute('data-status', 'mine');

    line.disconnect();
    await expect(page.getByText('Reconnecting…')).toBeVisible();
    expect(await overflowOf(page)).toBe(0);
    line.restore();
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await expect(seat).toHaveAttribute('data-status', 'mine');
    await page.getByText(/^\d+ watching$/).waitFor({ state: 'attached' });
    expect(await overflowOf(page)).toBe(0);
    const basket = page.getByRole('complementary', { name: 'Your seats' });
    await basket.getByRole('button', { name: 'Show the seats' }).tap();
    const seatNumber = await basket.getByRole('listitem').locator('b').textContent();
    await basket.getByRole('button', { name: 'Reserve', exact: true }).tap();
    await page.getByRole('button', { name: /^Confirm/ }).tap();
    await page
      .getByRole('dialog', { name: 'Reservation confirmed!' })
      .getByRole('button', { name: 'My reservations' })
      .tap();
    await expect(page.getByRole('article')).toContainText(seatNumber ?? 'no seat');
    expect(await overflowOf(page)).toBe(0);
  },
);

test('the whole purchase works by keyboard, on the map and in the list @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page } = await enter('somebody new');
  const line = await routeSockets(page);
  await openLive(page, club);
  const focused = page.locator('[data-seat]:focus');
  await tabUntil(focused);
  await page.keyboard.press('ArrowDown');
  await walkToAFreeSeat(focused, 'ArrowRight');
  await page.keyboard.press('Enter');
  await expect(focused).toHaveAttribute('data-status', 'mine');
  line.disconnect();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  line.restore();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await reserveByKeys(page);

  await page.goBack();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.keyboard.press('l');
  await tabUntil(focused);
  await walkToAFreeSeat(focused, 'Tab');
  await page.keyboard.press('Enter');
  await expect(focused).toHaveAttribute('data-status', 'mine');
  await page.keyboard.press('b');
  await reserveByKeys(page);
  await page.goto('/reservations');
  await expect(page.getByRole('article')).toHaveCount(2);
});

async function walkToAFreeSeat(focused: Locator, key: string): Promise<void> {
  const MOST_STEPS = 60;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (step > 0 && (await focused.getAttribute('data-status')) === 'available') return;
    await focused.page().keyboard.press(key);
  }
  throw new Error('No free seat on the way');
}

async function reserveByKeys(page: Page): Promise<void> {
  const reserve = page.getByRole('button', { name: 'Reserve', exact: true });
  await expect(reserve).toBeEnabled();
  await tabUntil(reserve.and(page.locator(':focus')));
  await page.keyboard.press('Enter');
  await tabUntil(page.getByRole('button', { name: /^Confirm/ }).and(page.locator(':focus')));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Reservation confirmed!' })).toBeVisible();
  // It opened by itself, so it takes no input at first.
  await expect(page.getByRole('dialog')).not.toHaveAttribute('data-guarded');
  await expect(page.getByRole('button', { name: 'Show ticket' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Your ticket' })).toBeVisible();
}

async function expectStatus(page: Page, seats: readonly Seat[], status: string): Promise<void> {
  for (const seat of seats) {
    await expect(seatOn(page, seat)).toHaveAttribute('data-status', status);
  }
}

function seatsInView(page: Page): Locator {
  return page.locator('[data-seat]').filter({ visible: true });
}

/** The seat nearest to the centre of the map. */
async function nearestTheMiddle(seats: Locator): Promise<Locator> {
  const index = await seats.evaluateAll((buttons) => {
    const box = buttons[0]?.closest('.map__frame')?.getBoundingClientRect() ?? new DOMRect();
    const farFrom = (button: Element) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      return Math.hypot(
        x + width / 2 - (box.x + box.width / 2),
        y + height / 2 - (box.y + box.height / 2),
      );
    };
    const [nearest] = buttons.sort((a, b) => farFrom(a) - farFrom(b));
    return nearest?.getAttribute('data-seat') ?? '';
  });
  return seats.page().locator(`[data-seat="${index}"]`);
}

/** Record when a seat gets this status. Returns a function that waits for the time. */
async function stopwatch(seat: Locator, status: string): Promise<() => Promise<number>> {
  const watching = await seat.evaluateHandle((element, wanted) => {
    const moment = new Promise<number>((resolve) => {
      new MutationObserver(() => {
        if (element.getAttribute('data-status') === wanted) resolve(Date.now());
      }).observe(element, { attributes: true });
    });
    return { moment };
  }, status);
  return () => watching.evaluate(({ moment }) => moment);
}

/** How many pixels the page is wider than the screen. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
