import { type BrowserContextOptions, expect, type Page } from '@playwright/test';

import type { EventSummary, Reservation, Seat } from '../src/api/types';
import { scan, setUpDoor } from './doors';
import { storedSums, type Sums, sumUp } from './eveningSums';
import {
  type Fixtures,
  openLive,
  type Person,
  pick,
  seatOn,
  seatWords,
  workerIsReady,
  type Inspect,
} from './fixtures';

const DAY_MS = 86_400_000;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
const FEE = '0.85';
const PRICES: Readonly<Record<string, string>> = { Front: '24.95', Rear: '17.35' };

interface Evening {
  readonly enter: Fixtures['enter'];
  /** In English. */
  readonly options: BrowserContextOptions;
  readonly inspect: Inspect;
}

interface Moved {
  readonly booking: Reservation;
  /** Its signed ticket and its first seat, before it was moved. */
  readonly oldTicket: string;
  readonly old: Seat;
}

/**
 * Go through an organiser's evening: a booking is moved while its buyer watches, one is sold and
 * one paid back at the box office, tickets are scanned without a network, and the sale is summed
 * up. Returns the event and what each place tells of its sale.
 */
export async function evening(
  journey: Evening,
): Promise<{ readonly told: Readonly<Record<string, Sums>>; readonly stored: Sums }> {
  const { enter, options, inspect } = journey;
  const organiser = await enter('somebody new', options);
  const event = await openSale(organiser);
  const moved = await moveWhileWatched(journey, organiser, event);
  await sellAndPayBack(organiser.page, event, inspect);
  await admitOffline(journey, organiser, event, moved);
  const told = await sumUp(organiser, event, inspect);
  // The buyer cannot cancel a booking that has entered.
  const stored = await storedSums(event.id);
  await organiser.api.post(`reservations/${moved.booking.id}/cancel/`);
  return { told, stored };
}

/** Create an organisation with an event on sale, whose seats have two prices and fees. */
async function openSale({ api }: Person): Promise<EventSummary> {
  const name = crypto.randomUUID().slice(0, 8);
  const club = await api.post<{ id: number }>('organisations/', { name: `Club ${name}` });
  const plan = await api.post<{ id: number }>(
    `organisations/${club.id}/plans/?template=chamber_hall`,
  );
  const { id } = await api.post<{ id: number }>(`organisations/${club.id}/events/`, {
    name: `Evening ${name}`,
    venue: 'Chamber hall',
    date: new Date(Date.now() + DAY_MS).toISOString(),
    time_zone: 'Europe/Berlin',
    price: '20.00',
  });
  await api.post(`events/${id}/plan/`, { plan: plan.id, version: 1 });
  const path = `events/${id}/categories/`;
  const before = await api.get<{
    categories: { id: number; name: string; color: string }[];
    revision: number;
  }>(path);
  const categories = before.categories.map(({ id: number, name: word, color }) => ({
    id: number,
    name: word,
    color,
    price: PRICES[word] ?? null,
  }));
  const { revision } = await api.put<{ revision: number }>(path, { categories }, before.revision);
  const terms = { ticket_fee: FEE, tax_percent: '7.00' };
  await api.patch(`events/${id}/settings/`, terms, revision);
  await api.post(`events/${id}/publish/`);
  return api.get<EventSummary>(`events/${id}/`);
}

/** A buyer books two seats, and watches as the box office moves them to dearer ones. */
async function moveWhileWatched(
  { enter, options, inspect }: Evening,
  { page, api }: Person,
  event: EventSummary,
): Promise<Moved> {
  const buyer = await enter('somebody new', options);
  const [old, oldToo] = await freeSeats(buyer, event, 'Rear');
  const [wanted, wantedToo] = await freeSeats(buyer, event, 'Front');
  await openLive(buyer.page, event);
  for (const seat of [old, oldToo]) {
    await seatOn(buyer.page, seat).dispatchEvent('click');
    await expect(seatOn(buyer.page, seat)).toHaveAttribute('data-status', 'mine');
  }
  if (options.hasTouch === true) await buyer.page.locator('.basket__toggle').click();
  await buyer.page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await buyer.page.locator('input[value=card]').check();
  await buyer.page.getByRole('button', { name: /^Confirm/ }).click();
  await buyer.page.getByRole('dialog', { name: 'Reservation confirmed!' }).waitFor();
  const { id } = pick(await buyer.api.get<Reservation[]>('reservations/'));
  const before = await buyer.api.get<Reservation>(`reservations/${id}/`);
  await openLive(buyer.page, event);
  const booking = await buyer.page.context().newPage();
  await booking.goto(`/reservations/${id}`);
  await expect(booking.getByRole('cell', { name: seatWords(old) })).toBeVisible();
  // Signed tickets have whole seconds: one of the same second would not be outdated.
  const second = (ticket = '') => Number(ticket.split('.')[2]);
  await expect.poll(() => Date.now() / 1000).toBeGreaterThan(second(before.signed_ticket) + 1);

  await page.goto(`/organise/events/${event.id}/box-office`);
  await page.getByText('Live', { exact: true }).waitFor();
  await seatOn(page, old).click();
  await expect(page.getByText(`Booked by ${buyer.name}`)).toBeVisible();
  await inspect(page, 'evening-box-office');
  await page.getByRole('link', { name: `Booking ${id}` }).click();
  await page.getByRole('button', { name: 'Move seats' }).click();
  await inspect(page, 'evening-moving');
  for (const seat of [wanted, wantedToo]) {
    await page.getByRole('textbox', { name: 'Seat' }).fill(seat.seat_number);
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
  }
  await expect(page.getByText('The buyer pays €15.20.')).toBeVisible();
  await page.getByRole('radio', { name: 'In cash' }).check();
  await inspect(page, 'evening-difference');
  await page.getByRole('button', { name: 'Move seats' }).click();

  for (const seat of [wanted, wantedToo]) {
    await expect(seatOn(buyer.page, seat)).toHaveAttribute('data-status', 'reserved');
    await expect(booking.getByRole('cell', { name: seatWords(seat) })).toBeVisible();
  }
  await expect(seatOn(buyer.page, old)).toHaveAttribute('data-status', 'available');
  await expect(booking.getByText('€51.60').first()).toBeVisible();
  await inspect(booking, 'evening-booking-moved');
  await page.getByRole('button', { name: 'Move seats' }).waitFor();
  await inspect(page, 'evening-bookings');
  const after = await buyer.api.get<Reservation>(`reservations/${id}/`);
  expect((await api.get<Reservation>(`reservations/${id}/`)).seats).toEqual(after.seats);
  return { booking: after, oldTicket: before.signed_ticket ?? '', old };
}

/** Two free seats beside each other, at the end of a row. */
async function freeSeats(
  { api }: Person,
  event: EventSummary,
  category: string,
): Promise<[Seat, Seat]> {
  const seats = await api.freeSeats(event.id, event.seats_total);
  const free = seats.filter(({ price }) => price === PRICES[category]);
  return [pick(free, 0), pick(free, 1)];
}

/** Sell two seats for cash and give one away; one of the sales is cancelled and paid back. */
async function sellAndPayBack(page: Page, event: EventSummary, inspect: Inspect): Promise<void> {
  await page.goto(`/organise/events/${event.id}/box-office`);
  await page.getByText('Live', { exact: true }).waitFor();
  for (const [name, seat, action] of [
    ['Zoe Zimmer', 'C1', 'Sell'],
    ['Yann Young', 'C2', 'Sell'],
    ['Xenia Xu', 'C3', 'Give away'],
  ] as const) {
    await page.getByLabel('Seats by name').fill(seat);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: action, exact: true }).click();
    await page.getByLabel(/^Name of the/).fill(name);
    await inspect(page, `evening-${action.split(' ')[0]?.toLowerCase() ?? ''}`);
    await page.getByRole('button', { name: /^(Sell for|Give away)/ }).click();
    await page.getByRole('button', { name: 'Next customer' }).click();
  }
  await page.goto(`/organise/events/${event.id}/bookings`);
  await page.getByRole('searchbox', { name: 'Find bookings' }).fill('Yann');
  await page.getByRole('row').filter({ hasText: 'Yann Young' }).getByRole('button').click();
  await page.getByRole('button', { name: 'Cancel booking' }).click();
  await inspect(page, 'evening-cancelling');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel booking' }).click();
  await expect(page.getByText(/^To be paid back at the box office/)).toBeVisible();
  await page.getByRole('button', { name: 'Mark as paid back' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Mark as paid back' }).click();
  await expect(page.getByText(/^Paid back: /)).toBeVisible();
  await inspect(page, 'evening-paid-back');
}

/** Scan good and bad tickets without a network; then the server and other doors know. */
async function admitOffline(
  { enter, inspect }: Evening,
  organiser: Person,
  event: EventSummary,
  { booking, oldTicket, old }: Moved,
): Promise<void> {
  const ticket = booking.signed_ticket ?? '';
  const { page } = await enter('door', { ...PHONE, serviceWorkers: 'allow' });
  await page.goto(`/door/${event.id}`);
  await setUpDoor(page, 'North');
  await workerIsReady(page);
  // The page was loaded before the worker was: now it passes through it.
  await page.reload();
  await expect(page.getByText('Online', { exact: true })).toBeVisible();
  await page.context().setOffline(true);
  await page.reload();
  await expect(page.getByText(/^No network/)).toBeVisible();
  await scan(page, ticket.replace('.2P.', '.9P.'));
  await expect(page.getByRole('heading', { name: 'Forged' })).toBeVisible();
  await inspect(page, 'evening-door-forged');
  for (const stale of [oldTicket, `${booking.ticket_code}.${old.id}`]) {
    await scan(page, stale);
    await expect(page.getByText(/^The seats were changed/)).toBeVisible();
  }
  await inspect(page, 'evening-door-stale');
  await scan(page, ticket);
  await inspect(page, 'evening-door-group');
  await page.getByRole('button', { name: 'Admit 2 people' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome: 2 people' })).toBeVisible();
  await inspect(page, 'evening-door-welcome');
  await scan(page, ticket);
  await expect(page.getByRole('heading', { name: 'Entered already' })).toBeVisible();
  await expect(page.getByText(/5 scans to be sent$/)).toBeVisible();

  await page.context().setOffline(false);
  await expect(page.getByText('Online', { exact: true })).toBeVisible();
  const { page: south } = await enter('door', PHONE);
  await south.goto(`/door/${event.id}`);
  await setUpDoor(south, 'South');
  await expect(south.getByText(/^2 of 4 entered$/)).toBeVisible();
  await scan(south, ticket);
  await expect(south.getByRole('heading', { name: 'Entered already' })).toBeVisible();
  await expect(south.getByText(/\d\d:\d\d.*North/)).toBeVisible();
  await inspect(south, 'evening-door-used');
  await south.goto(`/tickets/${booking.ticket_code}`);
  await expect(south.getByText(/\d\d:\d\d.*North/).first()).toBeVisible();
  await inspect(south, 'evening-ticket-used');

  await organiser.page.goto(`/organise/events/${event.id}/doors`);
  await expect(organiser.page.getByText('2 of 4 entered')).toBeVisible();
  await expect(
    organiser.page.getByText('Nothing: all doors agree with the bookings.'),
  ).toBeVisible();
  await inspect(organiser.page, 'evening-doors');
}
