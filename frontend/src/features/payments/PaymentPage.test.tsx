import { screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import type { BuyersPayment, PaymentProgress } from '@/api/types';
import { PaymentPage } from '@/features/payments/PaymentPage';
import { MyReservationsPage } from '@/features/reservations/MyReservationsPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const REFERENCE = '0123456789abcdef0123456789abcdef';
const PATH = `/payments/${REFERENCE}`;
const REFRESH = `post payments/${REFERENCE}/refresh/`;
const BANK = '/api/bank/';

function payment(fields: Partial<BuyersPayment> = {}): BuyersPayment {
  return {
    reference: REFERENCE,
    event: 7,
    event_name: 'The Late Set',
    date: '2026-12-01T19:00:00Z',
    time_zone: 'Europe/Berlin',
    seats: ['A1', 'A2'],
    amount: '100.00',
    currency: 'EUR',
    payment_method: 'card_asking',
    state: 'open',
    expires_at: '2026-11-25T12:15:00Z',
    reservation_id: null,
    ...fields,
  };
}

function progress(
  fields: Partial<BuyersPayment> = {},
  more: Partial<PaymentProgress> = {},
): readonly [number, PaymentProgress] {
  return [200, { payment: payment(fields), action_url: null, is_declined: false, ...more }];
}

function open(...replies: (readonly [number, unknown])[]) {
  const server = new FakeServer();
  server.on('get me/', [200, { ...ALICE, email: 'alice@example.org' }]);
  server.replyInTurn(REFRESH, ...replies);
  return { server, ...renderPage({ '/payments/:reference': <PaymentPage /> }, PATH) };
}

it('names what the payment is for, and leads to the bank', async () => {
  open(progress({}, { action_url: BANK }));
  const link = await screen.findByRole('link', { name: 'Continue to the payment' });
  expect(link.getAttribute('href')).toBe(`${window.location.origin}${BANK}?language=en`);
  expect(screen.getByText('A1 and A2 for The Late Set')).toBeDefined();
  expect(screen.getByText('€100.00')).toBeDefined();
  expect(screen.getByText(/^Your seats are held until/)).toBeDefined();
});

it('shows by itself that the payment was approved, and links to the ticket', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  open(progress(), progress({ state: 'booked', reservation_id: 'K7QF9M2A4XWZ31TB' }));
  expect(await screen.findByText('Waiting for your bank')).toBeDefined();
  await vi.advanceTimersByTimeAsync(2_000);
  const link = await screen.findByRole('link', { name: 'Show ticket' });
  expect(link.getAttribute('href')).toBe('/reservations/K7QF9M2A4XWZ31TB');
  expect(screen.getByText(/We mail your tickets to alice@example/)).toBeDefined();
});

it('looks for the reservations and the open payments again once it was paid', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get reservations/', [200, []]);
  server.replyInTurn('get payments/', [200, [payment()]], [200, []]);
  server.replyInTurn(REFRESH, progress(), progress({ state: 'booked', reservation_id: 'K7QF' }));
  const pages = (
    <>
      <PaymentPage />
      <MyReservationsPage />
    </>
  );
  renderPage({ '/payments/:reference': pages }, PATH);
  await screen.findByRole('link', { name: 'Go on with the payment' });
  const looks = () => server.requests.filter(({ call }) => call === 'get reservations/').length;
  expect(looks()).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  await screen.findByRole('link', { name: 'Show ticket' });
  await waitFor(() => {
    expect(looks()).toBe(2);
    expect(screen.queryByRole('link', { name: 'Go on with the payment' })).toBeNull();
  });
});

it('leads back to the seats after a payment that was declined', async () => {
  open(progress({ state: 'declined' }));
  expect(await screen.findByText('The payment was declined')).toBeDefined();
  const link = screen.getByRole('link', { name: 'Back to your seats' });
  expect(link.getAttribute('href')).toBe('/events/7');
});

it('says that the last try was declined while another one is possible', async () => {
  open(progress({}, { action_url: BANK, is_declined: true }));
  expect((await screen.findByRole('alert')).textContent).toMatch(/last try was declined/);
});

it('ends a payment, to pay another way', async () => {
  const { server, user } = open(progress({}, { action_url: BANK }), progress({ state: 'ended' }));
  server.on(`post payments/${REFERENCE}/cancel/`, [200, payment({ state: 'ended' })]);
  await user.click(await screen.findByRole('button', { name: 'Pay another way' }));
  expect(await screen.findByText('The payment was ended')).toBeDefined();
  // Not lost with the button that had it.
  expect(document.activeElement?.className).toBe('cards');
  expect(server.writes()).toContain(`post payments/${REFERENCE}/cancel/`);
});

it('says why a payment could not be ended', async () => {
  const { server, user } = open(progress({}, { action_url: BANK }));
  const refusal = { error: 'The payment provider is away.', code: 'payment_unavailable' };
  server.on(`post payments/${REFERENCE}/cancel/`, [503, refusal]);
  await user.click(await screen.findByRole('button', { name: 'Pay another way' }));
  expect(await screen.findByRole('alert')).toBeDefined();
  expect(screen.getByRole('link', { name: 'Continue to the payment' })).toBeDefined();
});

it("does not show anybody else's payment", async () => {
  open([404, { error: 'There is no such payment.', code: 'payment_not_found' }]);
  expect(await screen.findByText('There is no such payment')).toBeDefined();
});

it('lists open payments with the reservations, to go on with them', async () => {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get reservations/', [200, []]);
  server.on('get payments/', [200, [payment()]]);
  renderPage({ '/reservations': <MyReservationsPage /> }, '/reservations');
  const link = await screen.findByRole('link', { name: 'Go on with the payment' });
  await waitFor(() => {
    expect(link.getAttribute('href')).toBe(PATH);
  });
});
