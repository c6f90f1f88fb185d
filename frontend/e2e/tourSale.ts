import { expect, type Locator, type Page } from '@playwright/test';

import type { EventSummary, Reservation, Seat } from '../src/api/types';
import { type Inspect, type Person, pick, type TourOptions } from './fixtures';

/** Free seats of the theatre and the club by index, apart from those of the tour. */
const IN_THEATRE = 320;
const IN_CLUB = 90;
/** As many as begin the alert. */
const FAILED_PAYMENTS = 5;

interface Events {
  readonly club: EventSummary;
  readonly theatre: EventSummary;
}

/** Visit what organisers do during a sale: give away, move, split, merge, look back, be alerted. */
export async function tourSale(
  { enter, options, inspect }: TourOptions,
  { club, theatre }: Events,
): Promise<void> {
  const buyer = await enter('somebody new', options);
  const organiser = await enter('admin', options);
  await giveAway(organiser, club, inspect);
  const [booking, other] = await book(buyer, theatre);
  await changeBooking(organiser, theatre, { booking, other }, inspect);
  await failPayments(buyer, club);
  await watchSale(organiser.page, club, inspect);
  await lookBack(organiser.page, theatre, inspect);
}

/** Two bookings of the theatre: of three seats, and of one. */
async function book(
  { api }: Person,
  { id }: EventSummary,
): Promise<readonly [Reservation, Reservation]> {
  const seats = await api.freeSeats(id, 6, IN_THEATRE);
  const made = async (wanted: readonly Seat[]) => {
    const ids = wanted.map((seat) => seat.id);
    await api.post(`events/${id}/lock/`, { seat_ids: ids });
    await api.post(`events/${id}/reserve/`, { seat_ids: ids, payment_method: 'card' });
    return pick(await api.get<Reservation[]>('reservations/'));
  };
  return [await made(seats.slice(0, 3)), await made(seats.slice(5))];
}

async function giveAway(
  { page, api }: Person,
  club: EventSummary,
  inspect: Inspect,
): Promise<void> {
  const [seat] = await api.freeSeats(club.id, 1, IN_CLUB);
  await page.goto(`/organise/events/${club.id}/box-office`);
  await page.locator('[data-feed=live]').waitFor();
  const find = page.locator('.box-office .find-seat').first();
  await find.locator('input').fill(seat?.seat_number ?? '');
  await find.locator('button').click();
  await page.locator('.box-office__actions button').nth(1).click();
  await page.locator('input[name=name]').fill('Daily Mirror');
  await inspect(page, 'box-office-give');
  await page.locator('.box-office__form [type=submit]').click();
  await page.locator('.box-office__sold').waitFor();
  await inspect(page, 'box-office-given');
  const number = await page.locator('.box-office__numbers dd').nth(1).innerText();
  await api.post(`reservations/${number}/cancel/`);
}

async function changeBooking(
  { page, api }: Person,
  theatre: EventSummary,
  { booking, other }: { readonly booking: Reservation; readonly other: Reservation },
  inspect: Inspect,
): Promise<void> {
  const path = `/organise/events/${theatre.id}/bookings?booking=${booking.id}`;
  const seats = await api.get<Seat[]>(`events/${theatre.id}/seats/`);
  const price = pick(booking.seat_details).price;
  const dearer = seats.find(
    (seat) =>
      seat.is_available && seat.features === undefined && Number(seat.price) > Number(price),
  );
  await page.goto(`${path}&doing=move`);
  const move = page.locator('.booking-move');
  await move.getByRole('img').waitFor();
  for (const old of (await move.getByRole('checkbox').all()).slice(1)) await old.uncheck();
  await inspect(page, 'booking-move');
  await move.locator('.find-seat input').fill(dearer?.seat_number ?? '');
  await move.locator('.find-seat button').click();
  await move.locator('.booking-move__difference').scrollIntoViewIfNeeded();
  await inspect(page, 'booking-move-price');

  await page.goto(path);
  const actions = page.locator('.booking-panel__actions > button');
  await actions.nth(1).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox').first().check();
  await inspect(page, 'booking-split');
  await page.keyboard.press('Escape');
  await actions.nth(2).click();
  await dialog.locator('input').fill(other.id);
  await inspect(page, 'booking-merge');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

/** Cards that are declined, until the live sale tells of it. */
async function failPayments({ api }: Person, club: EventSummary): Promise<void> {
  const [seat] = await api.freeSeats(club.id, 1, IN_CLUB);
  if (seat === undefined) throw new Error('A seat is needed');
  await api.post(`events/${club.id}/lock/`, { seat_ids: [seat.id] });
  for (let count = 0; count < FAILED_PAYMENTS; count++) {
    await expect(
      api.post(`events/${club.id}/reserve/`, {
        seat_ids: [seat.id],
        payment_method: 'card_declined',
      }),
    ).rejects.toThrow('402');
  }
}

async function watchSale(page: Page, club: EventSummary, inspect: Inspect): Promise<void> {
  await page.goto(`/organise/${club.id}`);
  await page.locator('.alerts__list').waitFor();
  await inspect(page, 'sale-alert');
  const heat = page.locator('.hall-plan__views input').last();
  await heat.check();
  await top(page.locator('.hall-plan'));
  await inspect(page, 'sale-heat');
}

async function lookBack(page: Page, theatre: EventSummary, inspect: Inspect): Promise<void> {
  await page.goto(`/organise/events/${theatre.id}/history`);
  const slider = page.getByRole('slider');
  await page.locator('.past-hall').getByRole('img').waitFor();
  await slider.focus();
  await page.keyboard.press('PageDown');
  await page.locator('.time-bar[aria-busy=false]').waitFor();
  await inspect(page, 'history-slider');
  await top(page.locator('.reports'));
  await page.locator('.report').first().waitFor();
  await inspect(page, 'history-reports');
}

async function top(part: Locator): Promise<void> {
  await part.waitFor();
  await part.evaluate((element) => {
    element.scrollIntoView();
    // Out from under the header.
    window.scrollBy(0, -80);
  });
}
