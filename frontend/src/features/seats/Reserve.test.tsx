import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { makeReservation, makeSeats } from '@/testing/factories';
import { conflict, lockedSeat, openSelector, seatButton } from '@/testing/selectorHarness';

const RESERVE = 'post events/7/reserve/';

async function openReview() {
  const scene = await openSelector({
    seats: [lockedSeat(0), ...makeSeats(8).slice(1)],
    ownLocks: [lockedSeat(0)],
  });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-standing')).toBe('mine');
  });
  await scene.user.click(screen.getByRole('button', { name: 'Reserve' }));
  return { ...scene, dialog: within(screen.getByRole('dialog', { name: 'Review your seats' })) };
}

it('asks, confirms and leads to the reservations', async () => {
  const { server, user, router, dialog } = await openReview();
  const reservation = makeReservation();
  server.on(RESERVE, [
    201,
    { success: true, message: 'Reserved', reservation_id: reservation.id, reservation },
  ]);
  await user.click(dialog.getByRole('radio', { name: /Invoice/ }));
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  const popup = within(await screen.findByRole('dialog', { name: 'Reservation confirmed!' }));
  expect(server.asked.find(({ call }) => call === RESERVE)?.body).toEqual({
    seat_ids: [100],
    payment_method: 'invoice',
  });
  expect(seatButton('A1').getAttribute('data-standing')).toBe('reserved');
  await user.click(popup.getByRole('button', { name: 'My reservations' }));
  expect(router.state.location.pathname).toBe('/reservations');
});

it('says which hold has run out when the server refuses', async () => {
  const { server, user, dialog } = await openReview();
  server.on('get events/7/locks/', [200, []]);
  server.on(RESERVE, conflict(0, 'expired', 'Your lock on A1 has expired.'));
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  const news = within(await screen.findByRole('dialog', { name: 'Your hold has run out' }));
  expect(news.getByText(/Your hold on seat A1 has run out/)).toBeDefined();
});

it('keeps the seats when the reservation could not be made for another reason', async () => {
  const { server, user, dialog } = await openReview();
  server.on(RESERVE, [400, { error: 'That card was declined.', code: 'invalid' }]);
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  expect(await dialog.findByText('That card was declined.')).toBeDefined();
  expect(seatButton('A1').getAttribute('data-standing')).toBe('mine');
});
