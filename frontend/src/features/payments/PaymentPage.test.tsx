import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import { PaymentPage } from '@/features/payments/PaymentPage';
import { FakeServer } from '@/testing/fakeServer';
import { makePayment, makeProgress, PAYMENT_PATH, REFERENCE } from '@/testing/payments';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const REFRESH = `post payments/${REFERENCE}/refresh/`;
const BANK = '/api/bank/';

function open(...replies: (readonly [number, unknown])[]) {
  const server = new FakeServer();
  server.on('get me/', [200, { ...ALICE, email: 'alice@example.org' }]);
  server.replyInTurn(REFRESH, ...replies);
  return { server, ...renderPage({ '/payments/:reference': <PaymentPage /> }, PAYMENT_PATH) };
}

it('names what the payment is for, and leads to the bank', async () => {
  open(makeProgress({}, { action_url: BANK }));
  const link = await screen.findByRole('link', { name: 'Continue to the payment' });
  expect(link.getAttribute('href')).toBe(`${window.location.origin}${BANK}?language=en`);
  expect(screen.getByText('A1 and A2 for The Late Set')).toBeDefined();
  expect(screen.getByText('€100.00')).toBeDefined();
  expect(screen.getByText(/^Your seats are held until/)).toBeDefined();
});

it('shows by itself that the payment was approved, and links to the ticket', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  open(makeProgress(), makeProgress({ state: 'booked', reservation_id: 'K7QF9M2A4XWZ31TB' }));
  expect(await screen.findByText('Waiting for your bank')).toBeDefined();
  await vi.advanceTimersByTimeAsync(2_000);
  const link = await screen.findByRole('link', { name: 'Show ticket' });
  expect(link.getAttribute('href')).toBe('/reservations/K7QF9M2A4XWZ31TB');
  expect(screen.getByText(/We mail your tickets to alice@example/)).toBeDefined();
});

it('leads back to the seats after a payment that was declined', async () => {
  open(makeProgress({ state: 'declined' }));
  expect(await screen.findByText('The payment was declined')).toBeDefined();
  const link = screen.getByRole('link', { name: 'Back to your seats' });
  expect(link.getAttribute('href')).toBe('/events/7');
});

it('says that the last try was declined while another one is possible', async () => {
  open(makeProgress({}, { action_url: BANK, is_declined: true }));
  expect((await screen.findByRole('alert')).textContent).toMatch(/last try was declined/);
});

it('ends a payment, to pay another way', async () => {
  const { server, user } = open(
    makeProgress({}, { action_url: BANK }),
    makeProgress({ state: 'ended' }),
  );
  server.on(`post payments/${REFERENCE}/cancel/`, [200, makePayment({ state: 'ended' })]);
  await user.click(await screen.findByRole('button', { name: 'Pay another way' }));
  expect(await screen.findByText('The payment was ended')).toBeDefined();
  // Not lost with the button that had it.
  expect(document.activeElement?.className).toBe('cards');
  expect(server.writes()).toContain(`post payments/${REFERENCE}/cancel/`);
});

it('says why a payment could not be ended', async () => {
  const { server, user } = open(makeProgress({}, { action_url: BANK }));
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
