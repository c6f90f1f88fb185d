import { screen, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, it } from 'vitest';

import type { Reservation } from '@/api/types';
import { MyReservationsPage } from '@/features/reservations/MyReservationsPage';
import { makeReservation } from '@/testing/factories';
import { FakeServer, CONNECTION_LOST } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const CANCEL = 'post reservations/K7QF9M2A4XWZ31TB/cancel/';

function open(reservations: Reservation[]) {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get reservations/', [200, reservations]);
  return { server, ...renderPage({ '/reservations': <MyReservationsPage /> }, '/reservations') };
}

it('shows confirmed and cancelled reservations', async () => {
  open([makeReservation(), makeReservation({ id: 'K7QF9M2A4XWZ30TB', status: 'cancelled' })]);
  const [confirmed, cancelled] = await screen.findAllByRole('article');
  if (confirmed === undefined || cancelled === undefined) throw new Error('Two were booked');
  expect(within(confirmed).getByText('Confirmed')).toBeDefined();
  expect(within(confirmed).getByRole('listitem').textContent).toBe('Stalls, row A, seat 1€50.00');
  expect(within(cancelled).getByText('Cancelled')).toBeDefined();
  expect(within(cancelled).queryByRole('button')).toBeNull();
});

it('shows an unpaid reservation as lapsed, without actions', async () => {
  open([
    makeReservation({
      status: 'lapsed',
      payment_method: 'invoice',
      payment_status: null,
      payment_due_at: '2026-11-25T12:00:00Z',
    }),
  ]);
  expect(await screen.findByText('Lapsed')).toBeDefined();
  expect(screen.getByText(/^It was to be paid by Wed, 25 Nov 2026/)).toBeDefined();
  expect(screen.getByText('Nothing to pay')).toBeDefined();
  expect(screen.queryByRole('button')).toBeNull();
});

it('links to each ticket', async () => {
  open([makeReservation()]);
  for (const name of ['The Late Set', 'Show ticket reservation K7QF9M2A4XWZ31TB']) {
    const link = await screen.findByRole('link', { name });
    expect(link.getAttribute('href')).toBe('/reservations/K7QF9M2A4XWZ31TB');
  }
});

it('cancels only after confirmation', async () => {
  const { server, user } = open([makeReservation()]);
  const reservation = makeReservation({ status: 'cancelled' });
  server.on(CANCEL, [200, { success: true, message: '', reservation }]);
  await user.click(await screen.findByRole('button', { name: /^Cancel/ }));
  expect(server.writes()).toEqual([]);
  const dialog = within(screen.getByRole('dialog', { name: 'Cancel this reservation?' }));
  await user.click(dialog.getByRole('button', { name: 'Cancel reservation' }));
  expect(await screen.findByText('Cancelled')).toBeDefined();
  expect(screen.queryByRole('dialog')).toBeNull();
});

async function askToCancel(user: UserEvent) {
  await user.click(await screen.findByRole('button', { name: /^Cancel/ }));
  const dialog = within(screen.getByRole('dialog', { name: 'Cancel this reservation?' }));
  return { dialog, cancel: dialog.getByRole('button', { name: 'Cancel reservation' }) };
}

it.each([
  ['Paid', { payment_status: 'captured' }],
  ['Payment under way', { payment_status: 'authorised' }],
  ['Pay at the box office', { payment_method: 'cash', payment_status: null }],
  [
    /^Pay by Wed, 25 Nov 2026/,
    {
      payment_method: 'invoice',
      payment_status: 'due',
      payment_due_at: '2026-11-25T12:00:00Z',
    },
  ],
  ['Paid', { payment_method: 'invoice', payment_status: 'paid' }],
  ['Refund under way', { status: 'cancelled', payment_status: 'refund_due' }],
  ['Refunded', { status: 'cancelled', payment_status: 'refunded' }],
  ['Not charged', { status: 'cancelled', payment_status: 'voided' }],
  ['Nothing to pay', { status: 'cancelled', payment_method: 'cash', payment_status: null }],
] satisfies [string | RegExp, Partial<Reservation>][])(
  'shows the payment status: %s',
  async (words, changes) => {
    open([makeReservation(changes)]);
    expect(await screen.findByText(words)).toBeDefined();
  },
);

it('shows the cancellation deadline and offers no cancellation after it', async () => {
  open([
    makeReservation({ cancel_until: new Date(Date.now() + 1_500).toISOString() }),
    makeReservation({ id: 'K7QF9M2A4XWZ32TB' }),
  ]);
  expect(await screen.findAllByText(/^Cancel until/)).toHaveLength(2);
  expect(screen.getAllByRole('button', { name: /^Cancel/ })).toHaveLength(2);
  await screen.findByText(/^Could be cancelled until/, undefined, { timeout: 4_000 });
  expect(screen.getByRole('button', { name: /^Cancel/ }).textContent).toBe(
    'Cancel reservation K7QF9M2A4XWZ32TB',
  );
});

it('announces the refund before and after cancelling', async () => {
  const { server, user } = open([makeReservation()]);
  const reservation = makeReservation({ status: 'cancelled', payment_status: 'refunded' });
  server.on(CANCEL, [200, { success: true, message: '', reservation }]);
  const { dialog, cancel } = await askToCancel(user);
  expect(dialog.getByText(/You get €50.00 back/)).toBeDefined();
  await user.click(cancel);
  expect(await screen.findByText(/€50.00 has been refunded/)).toBeDefined();
  expect(screen.getByText('Refunded')).toBeDefined();
});

it('tells what is paid back at the box office after cancelling', async () => {
  const { server, user } = open([makeReservation({ payment_status: 'paid' })]);
  const ended = { status: 'cancelled', payment_status: 'refunded', to_pay_back: '20.00' } as const;
  server.on(CANCEL, [200, { success: true, message: '', reservation: makeReservation(ended) }]);
  const { dialog, cancel } = await askToCancel(user);
  expect(dialog.getByText(/You get €50.00 back/)).toBeDefined();
  await user.click(cancel);
  expect(await screen.findByText(/€30.00 has been refunded\. .*€20.00/)).toBeDefined();
});

it('shows when it is too late to cancel and stops asking', async () => {
  const { server, user } = open([makeReservation()]);
  const error = 'This reservation cannot be cancelled any more.';
  server.on(CANCEL, [409, { error, code: 'cancellation_closed' }]);
  const { dialog, cancel } = await askToCancel(user);
  await user.click(cancel);
  expect(await dialog.findByText(error)).toBeDefined();
  expect(dialog.queryByRole('button', { name: 'Cancel reservation' })).toBeNull();
  await user.click(dialog.getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('cancels with one key until there is a response', async () => {
  const { server, user } = open([makeReservation()]);
  const reservation = makeReservation({ status: 'cancelled' });
  const done = [200, { success: true, message: '', reservation }] as const;
  server.replyInTurn(CANCEL, CONNECTION_LOST, CONNECTION_LOST, CONNECTION_LOST, done);
  const { dialog, cancel } = await askToCancel(user);
  await user.click(cancel);
  await dialog.findByText(/could not reach/, undefined, { timeout: 4_000 });
  await user.click(cancel);
  expect(await screen.findByText('Cancelled')).toBeDefined();
  expect(server.keysOf(CANCEL)).toHaveLength(4);
  expect(new Set(server.keysOf(CANCEL)).size).toBe(1);
});

it('shows what to do without reservations', async () => {
  open([]);
  expect(await screen.findByText('No reservations yet')).toBeDefined();
});
