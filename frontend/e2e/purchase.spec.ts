import { expect, type Locator, type Page } from '@playwright/test';

import { demoEvents, pick, seatOn, test, watch } from './stage';

test('two people follow one purchase from the first click to its cancellation', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const bob = await enter('bob');
  const [first, second] = await bob.api.freeSeats(club.id, 2, 10);
  if (first === undefined || second === undefined) throw new Error('Two seats are needed');
  await watch(bob.page, club);

  const { page: alice } = await enter('anonymous');
  await alice.goto('/');
  await alice.getByRole('link', { name: 'Sign in' }).click();
  await alice.getByLabel('Username').fill('alice');
  await alice.getByLabel('Password').fill('seatcast-demo');
  await alice.getByRole('button', { name: 'Sign in' }).click();
  await alice.getByRole('link', { name: club.name }).click();
  await alice.getByText('Live', { exact: true }).waitFor();

  const locked = await stopwatch(seatOn(bob.page, first), 'locked');
  const clicked = await stopwatch(seatOn(alice, first), 'mine');
  await seatOn(alice, first).click();
  const latencyMs = (await locked()) - (await clicked());
  console.log(`a lock was on the other screen ${latencyMs} ms after it showed on the first`);
  expect(latencyMs).toBeLessThan(5_000);
  await expect(seatOn(bob.page, first)).toHaveAccessibleName(/locked by alice$/);

  await seatOn(alice, second).click();
  await expect(seatOn(bob.page, second)).toHaveAttribute('data-standing', 'locked');
  await seatOn(bob.page, first).hover();
  await expect(bob.page.getByText('Locked by alice', { exact: true })).toBeVisible();

  const basket = alice.getByRole('complementary', { name: 'Your seats' });
  await expect(basket.getByText(/^[45]:\d\d$/)).toBeVisible();
  await expect(basket.getByText('€100.00')).toBeVisible();
  await basket.getByRole('button', { name: 'Reserve' }).click();
  const review = alice.getByRole('dialog', { name: 'Review your seats' });
  await review.locator('input[value=card]').check();
  await review.getByRole('button', { name: /^Confirm/ }).click();
  const confirmed = alice.getByRole('dialog', { name: 'Reservation confirmed!' });
  await expect(confirmed).toBeVisible();
  for (const seat of [first, second]) {
    await expect(seatOn(bob.page, seat)).toHaveAttribute('data-standing', 'reserved');
  }

  await confirmed.getByRole('button', { name: 'My reservations' }).click();
  await expect(alice).toHaveURL(/\/reservations$/);
  const booking = alice.getByRole('article').first();
  await expect(booking.getByText('Confirmed')).toBeVisible();
  for (const { seat_number: seatNumber } of [first, second]) {
    await expect(booking.getByText(seatNumber, { exact: true })).toBeVisible();
  }

  await booking.getByRole('button', { name: /^Cancel/ }).click();
  await alice
    .getByRole('dialog', { name: 'Cancel this reservation?' })
    .getByRole('button', { name: 'Cancel reservation' })
    .click();
  await expect(booking.getByText('Cancelled', { exact: true })).toBeVisible();
  for (const seat of [first, second]) {
    await expect(seatOn(bob.page, seat)).toHaveAttribute('data-standing', 'available');
  }
});

test('the whole purchase works with a thumb on a phone, in a theatre of a thousand seats', async ({
  enter,
  request,
}) => {
  const { theatre } = await demoEvents(request);
  const { page, api } = await enter('somebody new', {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  });
  const seat = pick(await api.freeSeats(theatre.id, 1, 200));
  await watch(page, theatre);

  // Seats are too small for a thumb at first: the first tap brings them nearer.
  await tapAt(seatOn(page, seat));
  await expect
    .poll(async () => (await seatOn(page, seat).boundingBox())?.width)
    .toBeGreaterThan(24);
  await expect(seatOn(page, seat)).toHaveAttribute('data-standing', 'available');
  await tapAt(seatOn(page, seat));
  await expect(seatOn(page, seat)).toHaveAttribute('data-standing', 'mine');

  await page.getByText(/^\d+ watching$/).waitFor({ state: 'attached' });
  expect(await overflowOf(page)).toBe(0);
  const basket = page.getByRole('complementary', { name: 'Your seats' });
  await basket.getByRole('button', { name: 'Show the seats' }).tap();
  await expect(basket.getByText(seat.seat_number)).toBeVisible();
  await basket.getByRole('button', { name: 'Reserve' }).tap();
  await page.getByRole('button', { name: /^Confirm/ }).tap();
  await page
    .getByRole('dialog', { name: 'Reservation confirmed!' })
    .getByRole('button', { name: 'My reservations' })
    .tap();
  await expect(page.getByRole('article').getByText(seat.seat_number)).toBeVisible();
  expect(await overflowOf(page)).toBe(0);
});

test('the whole purchase works with the keyboard alone', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page } = await enter('somebody new');
  await watch(page, club);

  await tabUntil(page.locator('[data-seat]:focus'));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const focused = page.locator('[data-seat]:focus');
  for (let step = 0; step < 11; step++) {
    if ((await focused.getAttribute('data-standing')) === 'available') break;
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Enter');
  await expect(focused).toHaveAttribute('data-standing', 'mine');
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();

  await tabUntil(page.getByRole('button', { name: 'Reserve' }).and(page.locator(':focus')));
  await page.keyboard.press('Enter');
  await tabUntil(page.getByRole('button', { name: /^Confirm/ }).and(page.locator(':focus')));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Reservation confirmed!' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'My reservations' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/reservations$/);
  await expect(page.getByRole('article')).toHaveCount(1);
});

/** Note when a seat begins to stand as given. Answers a function that waits for that moment. */
async function stopwatch(seat: Locator, standing: string): Promise<() => Promise<number>> {
  const watching = await seat.evaluateHandle((element, wanted) => {
    const moment = new Promise<number>((resolve) => {
      new MutationObserver(() => {
        if (element.getAttribute('data-standing') === wanted) resolve(Date.now());
      }).observe(element, { attributes: true });
    });
    return { moment };
  }, standing);
  return () => watching.evaluate(({ moment }) => moment);
}

/** Tap where the seat is drawn, as a finger does: without asking whether it is the topmost thing. */
async function tapAt(seat: Locator): Promise<void> {
  const box = await seat.boundingBox();
  if (box === null) throw new Error('The seat is not on screen');
  await seat.page().touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
}

/** How many pixels of the page lie beyond the screen's edge. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

async function tabUntil(wanted: Locator): Promise<void> {
  const MOST_STOPS = 40;
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await wanted.page().keyboard.press('Tab');
    if ((await wanted.count()) > 0) return;
  }
  throw new Error('The Tab key does not lead there');
}
