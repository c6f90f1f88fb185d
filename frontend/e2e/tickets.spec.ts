import { expect } from '@playwright/test';

import type { Reservation } from '../src/api/types';
import { demoEvents, ONLY_CHROMIUM, type Person, test } from './fixtures';

test(
  'a ticket admits until its reservation is cancelled, while the organiser watches @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const organiser = await enter('admin');
    const alice = await enter('somebody new');
    await organiser.page.goto(`/organise/${club.id}`);
    await organiser.page.getByText('Live', { exact: true }).waitFor();

    const booked = await book(alice, club.id);
    const news = organiser.page.getByRole('list', { name: 'Latest changes' });
    for (const seat of booked.seats) await expect(news.getByText(`${seat} sold`)).toBeVisible();

    await alice.page.goto('/reservations');
    await alice.page.getByRole('link', { name: /^Show ticket/ }).click();
    const ticket = alice.page.getByRole('region', { name: 'Your ticket' });
    await expect(ticket.getByRole('img', { name: 'QR code of your ticket' })).toBeVisible();
    expect(await alice.page.evaluate(() => scrollY)).toBe(0);
    await expect(alice.page.getByRole('img', { name: /^Plan of/ })).toBeVisible();
    const file = alice.page.waitForEvent('download');
    await ticket.getByRole('button', { name: 'Add to calendar' }).click();
    expect((await file).suggestedFilename()).toBe(`seatcast-${booked.id}.ics`);

    await organiser.page.goto(`/tickets/${booked.ticket_code}`);
    await expect(organiser.page.getByRole('heading', { name: 'Not today' })).toBeVisible();
    await expect(organiser.page.getByText(alice.name, { exact: true })).toBeVisible();

    await alice.page.getByRole('button', { name: 'Cancel reservation' }).click();
    await alice.page
      .getByRole('dialog')
      .getByRole('button', { name: 'Cancel reservation' })
      .click();
    await expect(alice.page.getByText('This reservation was cancelled')).toBeVisible();
    await expect(ticket).toBeHidden();
    await organiser.page.reload();
    await expect(organiser.page.getByRole('heading', { name: 'Cancelled' })).toBeVisible();
  },
);

test('the number of a booking is in one piece on a narrow phone @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const alice = await enter('somebody new', { viewport: { width: 360, height: 700 } });
  const { id } = await book(alice, club.id);
  await alice.page.goto(`/reservations/${id}`);
  const lines = await alice.page.locator('.booking__number').evaluate((shown) => {
    const text = shown.firstChild;
    const words = text?.textContent ?? '';
    const range = document.createRange();
    if (text === null || !words.includes(' ')) return 0;
    range.setStart(text, words.indexOf(' ') + 1);
    range.setEnd(text, words.length);
    return range.getClientRects().length;
  });
  expect(lines).toBe(1);
});

test(
  'the printed page is the ticket on one sheet @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { theatre } = await demoEvents(request);
    const alice = await enter('somebody new', { colorScheme: 'dark' });
    const booked = await book(alice, theatre.id, 10);
    const { page } = alice;
    await page.goto(`/reservations/${booked.id}`);
    await page.getByRole('img', { name: /^Plan of/ }).waitFor();
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('img', { name: 'QR code of your ticket' })).toBeVisible();
    await expect(page.getByText(booked.ticket_code)).toBeVisible();
    for (const button of await page.getByRole('button').all()) await expect(button).toBeHidden();
    await expect(page.getByRole('banner')).toBeHidden();
    await expect(page.getByRole('link')).toHaveCount(0);
    const sheet = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(sheet.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  },
);

async function book({ api }: Person, eventId: number, count = 2): Promise<Reservation> {
  const seats = await api.freeSeats(eventId, count, 30);
  const seatIds = seats.map(({ id }) => id);
  await api.post(`events/${eventId}/lock/`, { seat_ids: seatIds });
  const body = { seat_ids: seatIds, payment_method: 'card' };
  await api.post(`events/${eventId}/reserve/`, body);
  const [newest] = await api.get<Reservation[]>('reservations/');
  if (newest === undefined) throw new Error('Nothing was booked');
  return newest;
}
