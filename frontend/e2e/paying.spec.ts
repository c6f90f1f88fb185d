import { expect, type Page } from '@playwright/test';

import type { Seat } from '../src/api/types';
import {
  demoEvents,
  ONLY_CHROMIUM,
  pick,
  seatOn,
  seatWords,
  setLockSeconds,
  test,
  openLive,
} from './fixtures';

test('a declined card costs nothing, and another method books the same seats @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const seat = pick(await api.freeSeats(club.id, 1, 80));
  await openLive(page, club);
  await seatOn(page, seat).click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  const review = page.getByRole('dialog', { name: 'Review your seats' });
  await payWith(page, 'card_declined');
  await expect(review.getByRole('alert')).toContainText(/declined/);
  await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'mine');

  await review.getByRole('radio', { name: /slow bank/ }).check();
  await review.getByRole('button', { name: /^Try again/ }).click();
  await expect(review.getByRole('button', { name: 'Paying…' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(review).toBeVisible();
  const confirmed = page.getByRole('dialog', { name: 'Reservation confirmed!' });
  await expect(confirmed).toBeVisible();
  await confirmed.getByRole('button', { name: 'My reservations' }).click();
  await expect(page.getByRole('article').getByText('Paid', { exact: true })).toBeVisible();
  expect(await api.get<unknown[]>('reservations/')).toHaveLength(1);
});

// The bank leads back to the site's own address, localhost, where Firefox's pages are not signed in.
test(
  'a bank asks first: the tab is closed meanwhile, and the payment is gone on with',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const { page, api } = await enter('somebody new');
    const seat = pick(await api.freeSeats(club.id, 1, 85));
    await openLive(page, club);
    await seatOn(page, seat).click();
    await page.getByRole('button', { name: 'Reserve', exact: true }).click();
    await page.getByRole('radio', { name: /bank asks first/ }).check();
    await page.getByRole('button', { name: /^Confirm/ }).click();
    await expect(page.getByRole('heading', { name: "The demo's bank" })).toBeVisible();

    const another = await page.context().newPage();
    await page.close();
    await openLive(another, club);
    await expect(another.getByRole('button', { name: 'Reserve', exact: true })).toHaveCount(0);
    await another.getByRole('link', { name: 'Continue payment' }).click();
    await another.getByRole('link', { name: 'Continue to the payment' }).click();
    await another.getByRole('button', { name: 'Approve' }).click();
    await expect(another.getByText('Your payment was approved.')).toBeVisible();
    await another.getByRole('link', { name: 'Show ticket' }).click();
    await expect(another.getByText('Paid', { exact: true })).toBeVisible();
    expect(await api.get<unknown[]>('payments/')).toEqual([]);
  },
);

test('a cancelled reservation is refunded and shows it @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const seat = pick(await api.freeSeats(club.id, 1, 90));
  await api.post(`events/${club.id}/lock/`, { seat_ids: [seat.id] });
  await api.post(`events/${club.id}/reserve/`, { seat_ids: [seat.id], payment_method: 'card' });
  await page.goto('/reservations');
  const booking = page.getByRole('article');
  await expect(
    booking.getByText(/^Cancel until \w+, \d+ \w+ \d{4}, \d\d:\d\d( \S+)?$/),
  ).toBeVisible();

  await booking.getByRole('button', { name: /^Cancel/ }).click();
  const question = page.getByRole('dialog', { name: 'Cancel this reservation?' });
  await expect(question).toContainText('You get €50.00 back.');
  await question.getByRole('button', { name: 'Cancel reservation' }).click();
  // The note goes after some seconds.
  await expect(page.getByRole('status')).toContainText('€50.00 has been refunded.');
  await expect(booking.getByText('Refunded', { exact: true })).toBeVisible();
  await expect(booking.getByRole('button')).toHaveCount(0);
});

test('locks that end soon can be extended @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const organiser = await enter('admin');
  const { page, api } = await enter('somebody new');
  const seats = await api.freeSeats(club.id, 2, 95);
  await setLockSeconds(organiser, club, 80);
  try {
    await api.post(`events/${club.id}/lock/`, { seat_ids: seats.map(({ id }) => id) });
  } finally {
    await setLockSeconds(organiser, club, null);
  }
  await openLive(page, club);
  const basket = page.getByRole('complementary', { name: 'Your seats' });
  await expect(basket.getByText(/^1:\d\d$/)).toBeVisible();
  await basket.getByRole('button', { name: 'More time' }).click();
  await expect(basket.getByText(/^(5:00|4:5\d)$/)).toBeVisible();
  await expect(basket.getByRole('button', { name: 'More time' })).toBeHidden();
  for (const seat of seats) {
    await expect(seatOn(page, seat)).toHaveAttribute('data-status', 'mine');
  }
});

test('expired seats are reported and can be picked again @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const organiser = await enter('admin');
  const { page, api } = await enter('somebody new');
  const seats = await api.freeSeats(club.id, 2, 105);
  const standAs = async (status: string) => {
    for (const seat of seats) {
      await expect(seatOn(page, seat)).toHaveAttribute('data-status', status);
    }
  };
  await openLive(page, club);
  await setLockSeconds(organiser, club, 10);
  try {
    for (const seat of seats) await seatOn(page, seat).click();
    await expect(page.getByRole('button', { name: 'Reserve', exact: true })).toBeEnabled();
  } finally {
    await setLockSeconds(organiser, club, null);
  }
  const card = page.getByRole('region', { name: 'Other seats' });
  await expect(card).toContainText('The seats that you held are open to everyone again.');
  await standAs('available');
  await card.getByRole('button', { name: /^Take .+ again/ }).click();
  await standAs('mine');
  await expect(page.getByRole('button', { name: 'Reserve', exact: true })).toBeEnabled();
});

test('a buyer who loses a race takes the alternative with one click @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const fast = await enter('somebody new');
  const slow = await enter('somebody new');
  const seat = pick(await fast.api.freeSeats(club.id, 1, 35));
  await openLive(slow.page, club);
  let letGo = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await slow.page.route('**/seats/*/lock/', async (route) => {
    await taken;
    await route.continue();
  });
  await seatOn(slow.page, seat).click();
  await fast.api.post(`events/${club.id}/seats/${seat.id}/lock/`);
  letGo();

  const card = slow.page.getByRole('region', { name: 'Other seats' });
  await expect(card).toContainText('went to somebody else a moment before you.');
  const offers = card.getByRole('button', { name: /^Take / });
  await expect(offers).toHaveCount(3);
  const label = (await offers.first().textContent()) ?? '';
  const seats = await fast.api.get<Seat[]>(`events/${club.id}/seats/`);
  const instead = pick(seats.filter((each) => seatWords(each).test(label)));
  await offers.first().click();
  await expect(card).toBeHidden();
  await expect(seatOn(slow.page, instead)).toHaveAttribute('data-status', 'mine');
  await expect(slow.page.getByRole('button', { name: 'Reserve', exact: true })).toBeEnabled();
});

async function payWith(page: Page, method: string): Promise<void> {
  const review = page.getByRole('dialog', { name: 'Review your seats' });
  await review.getByText('Try a payment problem').click();
  await review.locator(`input[value=${method}]`).check();
  await review.getByRole('button', { name: /^Confirm/ }).click();
}
