import type { APIRequestContext, BrowserContextOptions, Locator, Page } from '@playwright/test';

import type { EventSummary, Reservation, Seat } from '../src/api/types';
import { demoEvents, type Person, pick, type Stage, workerIsReady } from './stage';

/** Looks at what a page shows, under the name of its state, and leaves it as it was. */
export type Look = (page: Page, name: string) => Promise<void>;

interface Walk {
  readonly enter: Stage['enter'];
  readonly request: APIRequestContext;
  readonly options: BrowserContextOptions;
  readonly look: Look;
}

/** Seats of the club: far enough from each other that nothing done with one is about another. */
const TAKEN_IN_CLUB = 52;
const TAKEN_IN_THEATRE = 260;
const NEXT_TO_LAST_IN_ROW = 22;
const WANTED = 78;
const A_STAND = 12;

/**
 * Lead through every page and every state of one. Nothing is found by its words, so that the walk
 * is the same in each language.
 */
export async function walk(stage: Walk): Promise<void> {
  const events = await demoEvents(stage.request);
  const bob = await stage.enter('bob');
  const locked = await occupy(bob, events.club, TAKEN_IN_CLUB);
  await occupy(bob, events.theatre, TAKEN_IN_THEATRE);
  await asVisitor(stage, events.club);
  await asOneWhoLooks(stage, events);
  await asBuyer(stage, events.club, bob, pick(locked));
  await whenThingsBreak(stage);
}

/** Reserve some seats and lock some others. Answers those that are locked. */
async function occupy({ api }: Person, { id }: EventSummary, from: number): Promise<Seat[]> {
  const seats = await api.freeSeats(id, 9, from);
  const reserved = seats.slice(0, 5).map((seat) => seat.id);
  await api.post(`events/${id}/lock/`, { seat_ids: seats.map((seat) => seat.id) });
  await api.post(`events/${id}/reserve/`, { seat_ids: reserved, payment_method: 'card' });
  return seats.slice(5);
}

async function asVisitor({ enter, options, look }: Walk, club: EventSummary): Promise<void> {
  const { page } = await enter('anonymous', options);
  await page.goto('/');
  await page.getByRole('article').first().waitFor();
  await look(page, 'events');
  await page.goto('/sign-in');
  await page.locator('input[name=password]').waitFor();
  await look(page, 'sign-in');
  await page.goto('/register');
  await page.locator('input[name=password]').waitFor();
  await look(page, 'register');
  await page.locator('input[name=username]').fill('alice');
  await page.locator('input[name=password]').fill('password');
  await page.locator('button[type=submit]').click();
  await page.locator('[aria-invalid=true]').first().waitFor();
  await look(page, 'register-refused');
  await page.goto('/password/forgotten');
  await page.locator('input[name=email]').waitFor();
  await look(page, 'password-forgotten');
  await page.goto('/password/reset#uid=Mg&token=none');
  await page.locator('input[name=password]').fill('not-a-common-one');
  await page.locator('button[type=submit]').click();
  await page.locator('.account__error').waitFor();
  await look(page, 'password-reset-refused');
  await page.goto('/email/confirm#uid=Mg&token=none');
  await page.locator('button[type=submit]').click();
  await page.locator('.account__error').waitFor();
  await look(page, 'email-confirm-refused');
  await page.goto('/there/is/no/such/page');
  await page.locator('.message').waitFor();
  await look(page, 'not-found');
  await open(page, club);
  await seatAt(page, 0).dispatchEvent('click');
  await page.locator('.dialog').waitFor();
  await look(page, 'sign-in-prompt');
}

async function asOneWhoLooks(
  { enter, options, look }: Walk,
  { upcoming, theatre, stadium }: Awaited<ReturnType<typeof demoEvents>>,
): Promise<void> {
  const { page } = await enter('carol', options);
  await open(page, upcoming);
  await look(page, 'not-on-sale-yet');
  await open(page, theatre);
  await look(page, 'theatre');
  await comeNear(page, 3);
  await look(page, 'theatre-near');
  await page.locator('.selector__find').click();
  await page.locator('.find').waitFor();
  await look(page, 'find');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('.dialog').waitFor();
  await look(page, 'shortcuts');
  await open(page, theatre, '?view=list');
  await page.locator('.list [aria-expanded=false]').first().click();
  await page.locator('.list h3 [aria-expanded=false]').nth(1).click();
  await page.locator('.list [data-seat]').first().waitFor();
  await look(page, 'list');
  if (stadium === undefined) return;
  await open(page, stadium);
  await look(page, 'stadium');
  await page.locator('[data-section]').nth(A_STAND).dispatchEvent('click');
  await page.locator('.minimap').waitFor();
  await look(page, 'stadium-near');
}

async function asBuyer(stage: Walk, club: EventSummary, bob: Person, locked: Seat): Promise<void> {
  const { enter, options, look } = stage;
  const buyer = await enter('alice', options);
  const { page, api } = buyer;
  const seats = await api.get<Seat[]>(`events/${club.id}/seats/`);
  const placeOf = ({ id }: Seat) => seats.findIndex((seat) => seat.id === id);
  await open(page, club);
  await look(page, 'map');
  await seatAt(page, NEXT_TO_LAST_IN_ROW).dispatchEvent('click');
  await page.locator('.offer').waitFor();
  await page.locator('.basket__reserve:enabled').waitFor();
  await look(page, 'nudge');
  await page.locator('.offer__choice').first().click();
  await page.locator('.offer').waitFor({ state: 'detached' });
  await page.locator('.basket__reserve:enabled').waitFor();
  if (options.hasTouch !== true) {
    await seatAt(page, placeOf(locked)).hover();
    await page.locator('.seat-tooltip').waitFor();
  }
  await look(page, 'basket');
  await page.mouse.move(0, 0);
  if (options.hasTouch === true) {
    await page.locator('.basket__toggle').click();
    await look(page, 'basket-open');
    await page.locator('.basket__toggle').click();
  }

  const wanted = pick(await bob.api.freeSeats(club.id, 1, WANTED));
  await page.route('**/seats/*/lock/', async (route) => {
    await bob.api.post(`events/${club.id}/seats/${wanted.id}/lock/`);
    await route.continue();
  });
  await seatAt(page, placeOf(wanted)).dispatchEvent('click');
  await page.locator('.offer').waitFor();
  await page.locator('.basket__reserve:enabled').waitFor();
  await look(page, 'offer');
  await page.locator('.offer__dismiss').click();
  await pay(page, look);
  await withTheTicket(stage, club, buyer);
}

async function pay(page: Page, look: Look): Promise<void> {
  await page.locator('.basket__reserve').click();
  await page.locator('.dialog').waitFor();
  await look(page, 'review');
  await page.locator('input[value=card_declined]').check();
  await page.locator('.review__confirm').click();
  await page.locator('.dialog__error').waitFor();
  await look(page, 'declined');
  let letGo = (): void => undefined;
  const seen = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/reserve/', async (route) => {
    await seen;
    await route.continue();
  });
  await page.locator('input[value=card]').check();
  await page.locator('.review__confirm').click();
  await page.locator('.review__confirm[aria-busy=true]').waitFor();
  await look(page, 'paying');
  letGo();
  await page.locator('.confirmed').waitFor();
  await look(page, 'confirmed');
  await page.locator('.dialog .button--primary').click();
  await page.locator('.ticket').first().waitFor();
  await look(page, 'my-reservations');
  await page.locator('.ticket__open').first().click();
  await page.locator('.booking__map').getByRole('img').waitFor();
  await look(page, 'ticket');
  await page.goto('/account');
  await page.locator('input[name=old_password]').waitFor();
  await look(page, 'account');
  await page.goBack();
  await page.locator('.booking__map').getByRole('img').waitFor();
}

async function withTheTicket(
  { enter, options, look }: Walk,
  club: EventSummary,
  { page, api }: Person,
): Promise<void> {
  const organiser = await enter('admin', options);
  const check = async (code: string, name: string) => {
    await organiser.page.goto(`/tickets/${code}`);
    await organiser.page.locator('.verdict').waitFor();
    await look(organiser.page, name);
  };
  await organiser.page.goto(`/organise/${club.id}`);
  await organiser.page.locator('[data-feed=live]').waitFor();
  await look(organiser.page, 'sale');
  const { ticket_code: code } = pick(await api.get<Reservation[]>('reservations/'));
  await check(code, 'ticket-valid');
  await check('AAAA-BBBB-CCCC', 'ticket-unknown');

  await page.locator('.booking__foot .button').last().click();
  await page.locator('.dialog').waitFor();
  await look(page, 'cancel');
  await page.locator('.dialog__actions .button').last().click();
  await page.locator('.pass--void').waitFor();
  await look(page, 'cancelled');
  await check(code, 'ticket-cancelled');
  await page.goto(`/tickets/${code}`);
  await page.locator('.message').waitFor();
  await look(page, 'ticket-of-mine');
}

async function whenThingsBreak({ enter, options, look }: Walk): Promise<void> {
  const { page } = await enter('anonymous', { ...options, serviceWorkers: 'allow' });
  await page.goto('/');
  await workerIsReady(page);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole('main').waitFor();
  await look(page, 'offline');

  const unlucky = await enter('anonymous', options);
  await unlucky.page.route('**/assets/ReservationPage-*.js', (route) =>
    route.fulfill({ status: 404 }),
  );
  await unlucky.page.goto('/reservations/1');
  await unlucky.page.locator('.message').waitFor();
  await look(unlucky.page, 'stumbled');
}

async function open(page: Page, { id }: EventSummary, search = ''): Promise<void> {
  await page.goto(`/events/${id}${search}`);
  await page.locator('[data-feed=live]').waitFor();
}

/** By the keys that do so anywhere on the page. */
async function comeNear(page: Page, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await page.keyboard.press('+');
  await page.locator('.minimap').waitFor();
}

function seatAt(page: Page, index: number): Locator {
  return page.locator(`[data-seat="${index}"]`);
}
