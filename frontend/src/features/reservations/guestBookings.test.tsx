import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { MyReservationsPage } from '@/features/reservations/MyReservationsPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const EMAIL = 'zoe@example.org';

function open(me: Partial<typeof ALICE>) {
  const server = new FakeServer();
  server.on('get reservations/', [200, []]);
  server.on('get me/', [200, { ...ALICE, email: EMAIL, ...me }]);
  return { server, ...renderPage({ '/reservations': <MyReservationsPage /> }, '/reservations') };
}

it('tells a guest how to come back', async () => {
  open({ is_guest: true });
  await screen.findByText(/The link in our mail to zoe@example.org/);
});

it('adds the bookings of a guest with the same address to the account', async () => {
  const { server, user } = open({ email_verified: true });
  server.on('get guest/bookings/', [200, { bookings: 2 }]);
  server.on('post guest/merge/', [200, { bookings: 2 }]);
  await screen.findByText('2 bookings were made with zoe@example.org without an account.');
  await user.click(screen.getByRole('button', { name: 'Add to my account' }));
  await screen.findByText('2 bookings added.');
  expect(screen.queryByRole('button', { name: 'Add to my account' })).toBeNull();
});
