import { screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import { PaymentPage } from '@/features/payments/PaymentPage';
import { MyReservationsPage } from '@/features/reservations/MyReservationsPage';
import { FakeServer } from '@/testing/fakeServer';
import { makePayment, makeProgress, PAYMENT_PATH, REFERENCE } from '@/testing/payments';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const REFRESH = `post payments/${REFERENCE}/refresh/`;

it('looks for the reservations and the open payments again once it was paid', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get reservations/', [200, []]);
  server.replyInTurn('get payments/', [200, [makePayment()]], [200, []]);
  server.replyInTurn(
    REFRESH,
    makeProgress(),
    makeProgress({ state: 'booked', reservation_id: 'K7QF' }),
  );
  const pages = (
    <>
      <PaymentPage />
      <MyReservationsPage />
    </>
  );
  renderPage({ '/payments/:reference': pages }, PAYMENT_PATH);
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

it('lists open payments with the reservations, to go on with them', async () => {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get reservations/', [200, []]);
  server.on('get payments/', [200, [makePayment()]]);
  renderPage({ '/reservations': <MyReservationsPage /> }, '/reservations');
  const link = await screen.findByRole('link', { name: 'Go on with the payment' });
  await waitFor(() => {
    expect(link.getAttribute('href')).toBe(PAYMENT_PATH);
  });
});
