import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { expect, it } from 'vitest';

import { Announcer } from '@/components/Announcer';
import { MyReservationsPage } from '@/features/reservations/MyReservationsPage';
import type { Reservation } from '@/lib/api/types';
import { createQueryClient } from '@/lib/queries/queryClient';
import { makeReservation } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { ALICE } from '@/testing/selectorHarness';

function open(reservations: Reservation[]) {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get reservations/', [200, reservations]);
  const router = createMemoryRouter([{ path: '*', element: <MyReservationsPage /> }]);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Announcer>
        <RouterProvider router={router} />
      </Announcer>
    </QueryClientProvider>,
  );
  return { server, user: userEvent.setup() };
}

it('shows what was booked, and what was cancelled as such', async () => {
  open([makeReservation(), makeReservation({ id: 30, status: 'cancelled' })]);
  const [confirmed, cancelled] = await screen.findAllByRole('article');
  if (confirmed === undefined || cancelled === undefined) throw new Error('Two were booked');
  expect(within(confirmed).getByText('Confirmed')).toBeDefined();
  expect(within(confirmed).getByRole('listitem').textContent).toBe('A1€50.00');
  expect(within(cancelled).getByText('Cancelled')).toBeDefined();
  expect(within(cancelled).queryByRole('button')).toBeNull();
});

it('cancels only after asking', async () => {
  const { server, user } = open([makeReservation()]);
  const reservation = makeReservation({ status: 'cancelled' });
  server.on('post reservations/31/cancel/', [200, { success: true, message: '', reservation }]);
  await user.click(await screen.findByRole('button', { name: /^Cancel/ }));
  expect(server.writes()).toEqual([]);
  const dialog = within(screen.getByRole('dialog', { name: 'Cancel this reservation?' }));
  await user.click(dialog.getByRole('button', { name: 'Cancel reservation' }));
  expect(await screen.findByText('Cancelled')).toBeDefined();
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('says what to do when nothing was booked', async () => {
  open([]);
  expect(await screen.findByText('No reservations yet')).toBeDefined();
});
