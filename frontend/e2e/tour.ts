import type { Locator, Page } from '@playwright/test';

import type { EventSummary, Reservation, Seat } from '../src/api/types';
import {
  demoEvents,
  type Inspect,
  type Person,
  pick,
  type TourOptions,
  workerIsReady,
} from './fixtures';
import { tourPayment } from './tourPayment';
import { tourSale } from './tourSale';

/** Free seats of the club by index, far enough apart not to affect each other. */
const TAKEN_IN_CLUB = 52;
const TAKEN_IN_THEATRE = 260;
const NEXT_TO_LAST_IN_ROW = 22;
const WANTED = 78;
const SECTION = 12;

/** Visit every page and state. Selectors are independent of the language. */
export async function tour(stage: TourOptions): Promise<void> {
  const events = await demoEvents(stage.request);
  const bob = await stage.enter('bob');
  const locked = await occupy(bob, events.club, TAKEN_IN_CLUB);
  await occupy(bob, events.theatre, TAKEN_IN_THEATRE);
  await asVisitor(stage, events.club);
  await asViewer(stage, events);
  await asBuyer(stage, events.club, bob, pick(locked));
  await tourPayment(stage, events.club);
  await tourSale(stage, events);
  await showFailures(stage);
}

/** Reserve some seats and lock others. Returns the locked ones. */
async function occupy({ api }: Person, { id }: EventSummary, from: number): Promise<Seat[]> {
  const seats = await api.freeSeats(id, 9, from);
  const reserved = seats.slice(0, 5).map((seat) => seat.id);
  await api.post(`events/${id}/lock/`, { seat_ids: seats.map((seat) => seat.id) });
  await api.post(`events/${id}/reserve/`, { seat_ids: reserved, payment_method: 'card' });
  return seats.slice(5);
}

async function asVisitor(
  { enter, options, inspect }: TourOptions,
  club: EventSummary,
): Promise<void> {
  const { page } = await enter('anonymous', options);
  await page.goto('/');
  await page.getByRole('article').first().waitFor();
  await inspect(page, 'events');
  await page.goto('/sign-in');
  await page.locator('input[name=password]').waitFor();
  await inspect(page, 'sign-in');
  await page.goto('/register');
  await page.locator('input[name=password]').waitFor();
  await inspect(page, 'register');
  await page.locator('input[name=username]').fill('alice');
  await page.locator('input[name=password]').fill('password');
  await page.locator('button[type=submit]').click();
  await page.locator('[aria-invalid=true]').first().waitFor();
  await inspect(page, 'register-refused');
  await page.goto('/guest');
  await page.locator('input[name=email]').waitFor();
  await inspect(page, 'guest');
  await page.goto('/password/forgotten');
  await page.locator('input[name=email]').waitFor();
  await inspect(page, 'password-forgotten');
  await page.goto('/password/reset#uid=Mg&token=none');
  await page.locator('input[name=password]').fill('not-a-common-one');
  await page.locator('button[type=submit]').click();
  await page.locator('.account__error').waitFor();
  await inspect(page, 'password-reset-refused');
  await page.goto('/email/confirm#uid=Mg&token=none');
  await page.locator('.message').waitFor();
  await inspect(page, 'email-confirm-signed-out');
  await page.goto('/there/is/no/such/page');
  await page.locator('.message').waitFor();
  await inspect(page, 'not-found');
  await open(page, club);
  await seatAt(page, 0).dispatchEvent('click');
  await page.locator('.dialog').waitFor();
  await inspect(page, 'sign-in-prompt');
}

async function asViewer(
  { enter, options, inspect }: TourOptions,
  { upcoming, theatre, stadium }: Awaited<ReturnType<typeof demoEvents>>,
): Promise<void> {
  const { page } = await enter('carol', options);
  await open(page, upcoming);
  await inspect(page, 'not-on-sale-yet');
  await open(page, theatre);
  await inspect(page, 'theatre');
  await zoomIn(page, 3);
  await inspect(page, 'theatre-near');
  await page.locator('.selector__find').click();
  await page.locator('.find').waitFor();
  await inspect(page, 'find');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('.dialog').waitFor();
  await inspect(page, 'shortcuts');
  await open(page, theatre, '?view=list');
  await page.locator('.list [aria-expanded=false]').first().click();
  await page.locator('.list h3 [aria-expanded=false]').nth(1).click();
  await page.locator('.list [data-seat]').first().waitFor();
  await inspect(page, 'list');
  if (stadium === undefined) return;
  await open(page, stadium);
  await inspect(page, 'stadium');
  await page.locator('[data-section]').nth(SECTION).dispatchEvent('click');
  await page.locator('.minimap').waitFor();
  await inspect(page, 'stadium-near');
}

async function asBuyer(
  stage: TourOptions,
  club: EventSummary,
  bob: Person,
  locked: Seat,
): Promise<void> {
  const { enter, options, inspect } = stage;
  const buyer = await enter('alice', options);
  const { page, api } = buyer;
  const seats = await api.get<Seat[]>(`events/${club.id}/seats/`);
  const placeOf = ({ id }: Seat) => seats.findIndex((seat) => seat.id === id);
  await open(page, club);
  await inspect(page, 'map');
  await seatAt(page, NEXT_TO_LAST_IN_ROW).dispatchEvent('click');
  await page.locator('.offer').waitFor();
  await page.locator('.basket__reserve:enabled').waitFor();
  await inspect(page, 'nudge');
  await page.locator('.offer__choice').first().click();
  await page.locator('.offer').waitFor({ state: 'detached' });
  await page.locator('.basket__reserve:enabled').waitFor();
  if (options.hasTouch !== true) {
    await seatAt(page, placeOf(locked)).hover();
    await page.locator('.seat-tooltip').waitFor();
  }
  await inspect(page, 'basket');
  await page.mouse.move(0, 0);
  if (options.hasTouch === true) {
    await page.locator('.basket__toggle').click();
    await inspect(page, 'basket-open');
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
  await inspect(page, 'offer');
  await page.locator('.offer__dismiss').click();
  await pay(page, inspect);
  await checkTicket(stage, club, buyer);
}

async function pay(page: Page, inspect: Inspect): Promise<void> {
  await page.locator('.basket__reserve').click();
  await page.locator('.dialog').waitFor();
  await inspect(page, 'review');
  await page.locator('.methods__problems summary').click();
  await page.locator('input[value=card_declined]').check();
  await page.locator('.review__confirm').click();
  await page.locator('.dialog__error').waitFor();
  await inspect(page, 'declined');
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
  await inspect(page, 'paying');
  letGo();
  await page.locator('.check-mark').waitFor();
  await inspect(page, 'confirmed');
  await page.locator('.dialog__actions .button--quiet').click();
  await page.locator('.ticket').first().waitFor();
  await inspect(page, 'my-reservations');
  await page.locator('.ticket__open').first().click();
  await page.locator('.booking__map').getByRole('img').waitFor();
  await inspect(page, 'ticket');
  await page.goto('/account');
  await page.locator('input[name=old_password]').waitFor();
  await inspect(page, 'account');
  await page.goto('/email/confirm#uid=Mg&token=none');
  await page.locator('button[type=submit]').click();
  await page.locator('.account__error').waitFor();
  await inspect(page, 'email-confirm-refused');
  await page.goBack();
  await page.goBack();
  await page.locator('.booking__map').getByRole('img').waitFor();
}

async function checkTicket(
  { enter, options, inspect }: TourOptions,
  club: EventSummary,
  { page, api }: Person,
): Promise<void> {
  const organiser = await enter('admin', options);
  const check = async (code: string, name: string) => {
    await organiser.page.goto(`/tickets/${code}`);
    await organiser.page.locator('.verdict').waitFor();
    await inspect(organiser.page, name);
  };
  await organiser.page.goto(`/organise/${club.id}`);
  await organiser.page.locator('[data-feed=live]').waitFor();
  await inspect(organiser.page, 'sale');
  await openBoxOffice(organiser, club, inspect);
  const { ticket_code: code } = pick(await api.get<Reservation[]>('reservations/'));
  await check(code, 'ticket-valid');
  await check('AAAA-BBBB-CCCC', 'ticket-unknown');

  await page.locator('.booking__foot .button').last().click();
  await page.locator('.dialog').waitFor();
  await inspect(page, 'cancel');
  await page.locator('.dialog__actions .button').last().click();
  await page.locator('.pass--void').waitFor();
  await inspect(page, 'cancelled');
  await check(code, 'ticket-cancelled');
  await page.goto(`/tickets/${code}`);
  await page.locator('.message').waitFor();
  await inspect(page, 'ticket-of-mine');
}

async function openBoxOffice(
  { page, api }: Person,
  club: EventSummary,
  inspect: TourOptions['inspect'],
): Promise<void> {
  const seats = await api.freeSeats(club.id, 2);
  await page.goto(`/organise/events/${club.id}/box-office`);
  await page.locator('[data-feed=live]').waitFor();
  const find = page.locator('.box-office .find-seat').first();
  await find.locator('input').fill(seats.map(({ seat_number: name }) => name).join());
  await find.locator('button').click();
  const actions = page.locator('.box-office__actions button');
  await actions.first().waitFor();
  await inspect(page, 'box-office');
  await actions.first().click();
  await page.locator('.box-office__form').waitFor();
  await inspect(page, 'box-office-sell');
  await page.locator('.box-office__form .box-office__actions button').first().click();
  await actions.nth(2).click();
  await page.locator('.box-office__form').waitFor();
  await inspect(page, 'box-office-keep');
}

async function showFailures({ enter, options, inspect }: TourOptions): Promise<void> {
  const { page } = await enter('anonymous', { ...options, serviceWorkers: 'allow' });
  await page.goto('/');
  await workerIsReady(page);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole('main').waitFor();
  await inspect(page, 'offline');

  const unlucky = await enter('anonymous', options);
  await unlucky.page.route('**/assets/ReservationPage-*.js', (route) =>
    route.fulfill({ status: 404 }),
  );
  await unlucky.page.goto('/reservations/1');
  await unlucky.page.locator('.message').waitFor();
  await inspect(unlucky.page, 'failed');
}

async function open(page: Page, { id }: EventSummary, search = ''): Promise<void> {
  await page.goto(`/events/${id}${search}`);
  await page.locator('[data-feed=live]').waitFor();
}

/** Zoom in by keyboard. */
async function zoomIn(page: Page, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await page.keyboard.press('+');
  await page.locator('.minimap').waitFor();
}

function seatAt(page: Page, index: number): Locator {
  return page.locator(`[data-seat="${index}"]`);
}
