import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { makeSeats } from '@/testing/factories';
import { lockedSeat, openSelector, seatButton } from '@/testing/selectorHarness';

const LOOK = 'post events/7/promo-code/';
const LOCK = 'post events/7/lock/';
/** A3 and A4 are blocked; the code opens A3. */
const SEATS = makeSeats(8).map((seat, index) =>
  index === 2 || index === 3 ? { ...seat, status: 'blocked' as const } : seat,
);
const OPENED = { code: 'BANK-2030', seat_ids: [102], left: 1, expires_at: null };

function openWithCodes(scene: Parameters<typeof openSelector>[0] = {}) {
  return openSelector({ event: { has_promo_codes: true }, seats: SEATS, ...scene });
}

/** Open the selector by a link with a code, which is used at once. */
async function openOpened(scene: Parameters<typeof openSelector>[0] = {}) {
  const opened = await openWithCodes({
    search: '?code=bank-2030',
    replies: (server) => {
      server.on(LOOK, [200, OPENED]);
    },
    ...scene,
  });
  await screen.findByRole('button', { name: 'BANK-2030', pressed: true });
  return opened;
}

it('opens the seats of a code that is entered, and sends it with their locks', async () => {
  const { server, user, router } = await openWithCodes();
  await user.click(await screen.findByRole('button', { name: 'Promo code' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Enter a promo code' }));
  server.on(LOOK, [409, { error: 'No.', code: 'promo_code_invalid' }]);
  await user.type(dialog.getByRole('textbox', { name: 'Promo code' }), 'bank-2030');
  await user.click(dialog.getByRole('button', { name: 'Use the code' }));
  expect(await dialog.findByText('This code is not valid, or not any more.')).toBeDefined();
  server.on(LOOK, [200, OPENED]);
  await user.click(dialog.getByRole('button', { name: 'Use the code' }));
  await waitFor(() => {
    expect(seatButton('A3').getAttribute('data-status')).toBe('available');
  });
  expect(seatButton('A4').getAttribute('data-status')).toBe('blocked');
  expect(router.state.location.search).toBe('?code=BANK-2030');
  server.on(LOCK, [200, { success: true, message: 'Locked', seats: [lockedSeat(2)] }]);
  await user.click(seatButton('A3'));
  await waitFor(() => {
    expect(server.lastBody(LOCK)).toEqual({ seat_ids: [102], promo_code: 'BANK-2030' });
  });
});

it('uses the code of a link at once', async () => {
  await openOpened();
  expect(seatButton('A3').getAttribute('data-status')).toBe('available');
});

it('asks to sign in before a code of a link is used', async () => {
  const { user } = await openWithCodes({ search: '?code=bank-2030', isSignedIn: false });
  await user.click(await screen.findByRole('button', { name: 'Sign in to use your code' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toContain(
    encodeURIComponent('/events/7?code=bank-2030'),
  );
  expect(seatButton('A3').getAttribute('data-status')).toBe('blocked');
});

it('sends the code with a search for the best seats, and forgets it once it has ended', async () => {
  const { server, user } = await openOpened();
  const BEST = 'post events/7/best/';
  await user.click(screen.getByRole('button', { name: /Find seats/ }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Find seats together' }));
  expect(dialog.getByText('Seats of your code BANK-2030 are searched as well.')).toBeDefined();
  server.on(BEST, [409, { error: 'No.', code: 'promo_code_invalid' }]);
  await user.click(dialog.getByRole('button', { name: 'Find 2 seats together' }));
  expect(await dialog.findByText('This code is not valid, or not any more.')).toBeDefined();
  expect(server.lastBody(BEST)).toMatchObject({ count: 2, promo_code: 'BANK-2030' });
  expect(seatButton('A3').getAttribute('data-status')).toBe('blocked');
  expect(dialog.queryByText(/BANK-2030/)).toBeNull();
  const seats = [lockedSeat(0), lockedSeat(1)];
  server.on(BEST, [200, { success: true, message: 'Locked', seats }]);
  await user.click(dialog.getByRole('button', { name: 'Find 2 seats together' }));
  await waitFor(() => {
    expect(server.lastBody(BEST)).not.toHaveProperty('promo_code');
  });
});

it('sends the code with places of a standing area', async () => {
  const places = { group: 'east', sold_by: 'number', section: 'East' } as const;
  const { server, user } = await openOpened({
    seats: SEATS.map((seat, index) => (index < 4 ? { ...seat, ...places } : seat)),
  });
  // One of the two blocked places is open with the code.
  await user.click(await screen.findByRole('button', { name: 'East 3 of 4 left €50' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'East' }));
  const STAND = 'post events/7/areas/east/lock/';
  const seats = [{ ...lockedSeat(2), ...places }];
  server.on(STAND, [200, { success: true, message: 'Locked', seats }]);
  await user.click(dialog.getByRole('button', { name: 'Hold 1 place' }));
  expect(server.lastBody(STAND)).toEqual({ count: 1, promo_code: 'BANK-2030' });
});

it('shows the seats of a code as blocked again once a lock is refused because it has ended', async () => {
  const { server, user } = await openOpened();
  server.on(LOCK, [409, { error: 'No.', code: 'promo_code_invalid' }]);
  await user.click(seatButton('A3'));
  await waitFor(() => {
    expect(seatButton('A3').getAttribute('data-status')).toBe('blocked');
  });
});

it('has no button where no code opens seats', async () => {
  await openSelector();
  expect(screen.queryByRole('button', { name: 'Promo code' })).toBeNull();
});
