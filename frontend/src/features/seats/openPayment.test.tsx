import { waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { BuyersPayment } from '@/api/types';
import { makeSeats } from '@/testing/factories';
import { basket, lockedSeat, openSelector } from '@/testing/selectorHarness';

const REFERENCE = '0123456789abcdef0123456789abcdef';
const OPEN: BuyersPayment = {
  reference: REFERENCE,
  event: 7,
  event_name: 'The Late Set',
  date: '2026-12-01T19:00:00Z',
  time_zone: 'Europe/Berlin',
  seats: ['A1'],
  amount: '50.00',
  currency: 'EUR',
  payment_method: 'card',
  state: 'open',
  expires_at: '2026-11-25T12:15:00Z',
  reservation_id: null,
};

function openWith(...payments: BuyersPayment[]) {
  const held = lockedSeat(0);
  return openSelector({
    seats: [held, ...makeSeats(8).slice(1)],
    ownLocks: [held],
    replies: (server) => {
      server.replyInTurn('get payments/', [200, payments], [200, []]);
    },
  });
}

it('goes on with an open payment instead of reserving again', async () => {
  await openWith(OPEN);
  const link = await waitFor(() => basket().getByRole('link', { name: 'Continue payment' }));
  expect(link.getAttribute('href')).toBe(`/payments/${REFERENCE}`);
  expect(basket().queryByRole('button', { name: 'Reserve' })).toBeNull();
});

it('reserves again once the open payment is abandoned', async () => {
  const { server, user } = await openWith(OPEN);
  server.on(`post payments/${REFERENCE}/cancel/`, [200, { ...OPEN, state: 'ended' }]);
  await user.click(await waitFor(() => basket().getByRole('button', { name: 'Abandon' })));
  await waitFor(() => basket().getByRole('button', { name: 'Reserve' }));
  expect(server.writes()).toEqual([`post payments/${REFERENCE}/cancel/`]);
});

it('says why a payment could not be abandoned', async () => {
  const { server, user } = await openWith(OPEN);
  const refusal = { error: 'The payment provider is away.', code: 'payment_unavailable' };
  server.on(`post payments/${REFERENCE}/cancel/`, [503, refusal]);
  server.on('get payments/', [200, [OPEN]]);
  await user.click(await waitFor(() => basket().getByRole('button', { name: 'Abandon' })));
  await waitFor(() => basket().getByRole('alert'));
  expect(basket().queryByRole('button', { name: 'Reserve' })).toBeNull();
});

it('reserves as ever while the open payment is for another event', async () => {
  await openWith({ ...OPEN, event: 8 });
  await waitFor(() => basket().getByRole('button', { name: 'Reserve' }));
});
