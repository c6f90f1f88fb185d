import { screen, waitFor, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import type { Reservation } from '@/api/types';
import { ReservationPage } from '@/features/reservations/ReservationPage';
import { makeEvent, makeReservation, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { ALICE, liveSnapshot } from '@/testing/selectorHarness';

function open(
  reservation: Reservation | null,
  { isSignedIn = true, path = '/reservations/K7QF9M2A4XWZ31TB' } = {},
) {
  const server = new FakeServer();
  if (isSignedIn) server.on('get me/', [200, ALICE]);
  server.on(
    'get reservations/K7QF9M2A4XWZ31TB/',
    reservation === null
      ? [404, { error: 'There is no such reservation.', code: 'not_found' }]
      : [200, reservation],
  );
  server.on('get events/7/', [200, makeEvent()]);
  server.on('get events/7/layouts/layout-1/', [200, packed(makeSeats(8))]);
  return { server, ...renderPage({ '/reservations/:reservationId': <ReservationPage /> }, path) };
}

it('shows everything needed at the door and to find the seat', async () => {
  open(makeReservation());
  const page = within(await screen.findByRole('article'));
  expect(page.getByRole('heading', { level: 1, name: 'The Late Set' })).toBeDefined();
  const table = within(page.getByRole('table', { name: 'Your seats' }));
  expect(table.getAllByRole('row').map(({ textContent }) => textContent)).toEqual([
    'SeatPrice',
    'Stalls, row A, seat 1€50.00',
    'Total€50.00',
  ]);
  expect(page.getByText('The Copper Room')).toBeDefined();
  expect(page.getByText('Paid')).toBeDefined();
  expect(
    await page.findByRole('img', { name: /^Plan of The Copper Room: Stalls, row A, seat 1,/ }),
  ).toBeDefined();
  const ticket = within(page.getByRole('region', { name: 'Your ticket' }));
  expect(ticket.getByRole('img', { name: 'QR code of your ticket' })).toBeDefined();
  expect(ticket.getByText('K7QF9M2A4XWZ31TB-ABCDEFGHIJKLMNOP')).toBeDefined();
  expect(ticket.getByText('Show this at the door. It lets one person in.')).toBeDefined();
});

it('has no ticket before it is paid, since the door would refuse it', async () => {
  open(makeReservation({ payment_status: 'due', payment_due_at: '2026-11-28T17:38:00Z' }));
  const ticket = within(await screen.findByRole('region', { name: 'Your ticket' }));
  expect(ticket.getByRole('heading', { name: 'Not valid until it is paid' })).toBeDefined();
  expect(ticket.getByText(/^Pay by Sat, 28 Nov 2026/)).toBeDefined();
  expect(screen.queryByRole('img', { name: 'QR code of your ticket' })).toBeNull();
  expect(screen.queryByText(/Show this at the door/)).toBeNull();
  expect(screen.queryByRole('button', { name: /PDF|Download/ })).toBeNull();
});

it('shows that a reservation lapsed, without a ticket', async () => {
  open(makeReservation({ status: 'lapsed', payment_status: null }));
  expect(await screen.findByText('This reservation has lapsed')).toBeDefined();
  expect(screen.queryByRole('region', { name: 'Ticket' })).toBeNull();
  expect(screen.queryByRole('button', { name: /^Cancel/ })).toBeNull();
});

it('shows that a reservation was cancelled, without a ticket', async () => {
  open(makeReservation({ status: 'cancelled', cancelled_at: '2026-11-22T05:00:00Z' }));
  expect(await screen.findByText('This reservation was cancelled')).toBeDefined();
  expect(screen.queryByRole('img')).toBeNull();
  expect(screen.queryByText('K7QF9M2A4XWZ31TB-ABCDEFGHIJKLMNOP')).toBeNull();
  expect(screen.queryByRole('button')).toBeNull();
});

it('cancels after confirmation and then shows from the top that the ticket is void', async () => {
  const scrollTo = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
  const { server, user } = open(makeReservation());
  const reservation = makeReservation({ status: 'cancelled' });
  server.on('post reservations/K7QF9M2A4XWZ31TB/cancel/', [
    200,
    { success: true, message: '', reservation },
  ]);
  await user.click(await screen.findByRole('button', { name: 'Cancel reservation' }));
  expect(server.writes()).toEqual([]);
  const dialog = within(screen.getByRole('dialog', { name: 'Cancel this reservation?' }));
  await user.click(dialog.getByRole('button', { name: 'Cancel reservation' }));
  const news = await screen.findByRole('heading', { name: 'This reservation was cancelled' });
  expect(document.activeElement).toBe(news);
  expect(scrollTo).toHaveBeenCalledWith(0, 0);
  expect(screen.queryByRole('img', { name: 'QR code of your ticket' })).toBeNull();
});

it('offers no cancellation after the deadline', async () => {
  open(makeReservation({ cancel_until: '2020-01-01T00:00:00Z' }));
  expect(await screen.findByText(/^Could be cancelled until/)).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Cancel reservation' })).toBeNull();
});

it('exports the event to the calendar', async () => {
  const saved: Blob[] = [];
  vi.stubGlobal(
    'URL',
    class extends URL {
      static override createObjectURL = (file: Blob) => `blob:${saved.push(file)}`;
      static override revokeObjectURL = () => undefined;
    },
  );
  const names: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  const { user } = open(makeReservation());
  await user.click(await screen.findByRole('button', { name: 'Add to calendar' }));
  expect(names).toEqual(['seatcast-K7QF9M2A4XWZ31TB.ics']);
  expect(saved[0]?.type).toBe('text/calendar');
  const text = await saved[0]?.text();
  expect(text).toContain('UID:reservation-K7QF9M2A4XWZ31TB@localhost');
  expect(text).toContain('DTSTART;TZID=Europe/Berlin:20261218T220000');
  expect(text).toContain(
    'DESCRIPTION:Reservation no. K7QF9M2A4XWZ31TB\\, Stalls\\, row A\\, seat 1.',
  );
});

it('shows at once to which seat the box office moved the booking', async () => {
  FakeWebSocket.install();
  const { server } = open(makeReservation());
  const page = within(await screen.findByRole('article'));
  await waitFor(() => {
    FakeWebSocket.newest().receive(liveSnapshot(makeSeats(8)));
  });
  const moved = makeReservation({ seats: ['A2'] });
  const seat = { ...moved.seat_details[0], seat_id: 101, seat_number: 'A2', number: '2' };
  const answer = { ...moved, seat_details: [seat] };
  server.on('get reservations/K7QF9M2A4XWZ31TB/', [200, answer]);
  expect(await page.findByText('Stalls, row A, seat 1')).toBeDefined();
  FakeWebSocket.newest().receive({
    type: 'delta',
    from: 1,
    seq: 2,
    now: Date.now(),
    changes: [
      [0, 0, null, null],
      [1, 2, null, null],
    ],
  });
  expect(await page.findByText('Stalls, row A, seat 2')).toBeDefined();
});

it('downloads the ticket of a paid booking', async () => {
  const names: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  const { server, user } = open(makeReservation());
  server.on('get reservations/K7QF9M2A4XWZ31TB/ticket/?language=en', [200, {}]);
  await user.click(await screen.findByRole('button', { name: 'Ticket as PDF' }));
  await waitFor(() => {
    expect(names).toEqual(['ticket-K7QF9M2A4XWZ31TB.pdf']);
  });
});

it('prints on request', async () => {
  const print = vi.spyOn(window, 'print').mockImplementation(() => undefined);
  const { user } = open(makeReservation());
  await user.click(await screen.findByRole('button', { name: 'Print' }));
  expect(print).toHaveBeenCalledOnce();
});

it('shows a message for an unknown reservation', async () => {
  open(null);
  expect(await screen.findByText('There is no such reservation')).toBeDefined();
});

it('sends no request for a malformed id', async () => {
  const { server } = open(makeReservation(), { path: '/reservations/K7QF9M2A4XWZ31TB-x' });
  expect(await screen.findByText('There is no such reservation')).toBeDefined();
  expect(server.requests.map(({ call }) => call)).not.toContain('get reservations/31x/');
});

it('asks anonymous visitors to sign in and returns', async () => {
  const { router } = open(makeReservation(), { isSignedIn: false });
  await screen.findByText('another page');
  expect(router.state.location.pathname + router.state.location.search).toBe(
    '/sign-in?next=%2Freservations%2FK7QF9M2A4XWZ31TB',
  );
});

const LINKED = makeReservation({ buyer_name: 'Zoe', buyer_email: 'zoe@example.org' });
const LINK = '/reservations/K7QF9M2A4XWZ31TB#token=signed';

function openLink(me: Partial<typeof ALICE> | null) {
  const found = open(null, { isSignedIn: false, path: LINK });
  if (me !== null) found.server.on('get me/', [200, { ...ALICE, ...me }]);
  found.server.on('post reservations/K7QF9M2A4XWZ31TB/link/', [200, LINKED]);
  return found;
}

it('shows the booking of a mailed link to somebody who is not signed in', async () => {
  const { server } = openLink(null);
  await screen.findByRole('heading', { level: 1, name: 'The Late Set' });
  expect(screen.getByRole('img', { name: 'QR code of your ticket' })).toBeDefined();
  expect(screen.getByText(/our mail to zoe@example.org shows your booking/)).toBeDefined();
  expect(screen.queryByRole('button', { name: /^Cancel|PDF/ })).toBeNull();
  expect(server.writes()).toEqual(['post reservations/K7QF9M2A4XWZ31TB/link/']);
});

it('adds the booking of a mailed link to the account with its address', async () => {
  const { server, user, router } = openLink({ email: 'Zoe@example.org', email_verified: true });
  const mine = makeReservation();
  server.on('post reservations/K7QF9M2A4XWZ31TB/take-over/', [200, mine]);
  const add = await screen.findByRole('button', { name: 'Add to my account' });
  server.on('get reservations/K7QF9M2A4XWZ31TB/', [200, mine]);
  await user.click(add);
  await screen.findByText('The booking is in your account now.');
  expect(await screen.findByRole('button', { name: 'Cancel reservation' })).toBeDefined();
  expect(router.state.location.hash).toBe('');
});

it('tells an account with another address to verify that of the booking', async () => {
  openLink({ email: 'zoe@example.org', email_verified: false });
  await screen.findByText(/This booking was sold to zoe@example.org/);
  expect(screen.queryByRole('button', { name: 'Add to my account' })).toBeNull();
});

it('asks for signing in if the mailed link has ended', async () => {
  const { server, router } = open(null, { isSignedIn: false, path: LINK });
  server.on('post reservations/K7QF9M2A4XWZ31TB/link/', [
    404,
    { error: 'There is no such reservation.', code: 'reservation_not_found' },
  ]);
  await waitFor(() => {
    expect(router.state.location.pathname).toBe('/sign-in');
  });
  expect(router.state.location.search).toBe('?next=%2Freservations%2FK7QF9M2A4XWZ31TB');
});
