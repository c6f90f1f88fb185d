import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import {
  basket,
  conflict,
  deltaFrame,
  lockedSeat,
  openHolding,
  seatButton,
} from '@/testing/selectorHarness';

const EXTEND = 'post events/7/extend/';

const soon = () => Date.now() + 80_000;
const later = () => Date.now() + 300_000;

afterEach(() => {
  vi.useRealTimers();
});

function lockExtension() {
  return screen.queryByRole('button', { name: 'More time' });
}

it('is offered when a lock ends soon, and extends all deadlines at once', async () => {
  const { server, user } = await openHolding(lockedSeat(0, soon()), lockedSeat(1, soon()));
  const extended = [lockedSeat(0, later(), 1), lockedSeat(1, later(), 1)];
  server.on(EXTEND, [200, { success: true, message: 'Held for longer', seats: extended }]);
  expect(basket().getByText(/^1:/)).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'More time' }));
  expect(await screen.findByText('Stalls, row A, seats 1, 2 are held for longer.')).toBeDefined();
  expect(server.requests.find(({ call }) => call === EXTEND)?.body).toEqual({
    seat_ids: [100, 101],
  });
  expect(server.keysOf(EXTEND)[0]).toMatch(/.{8}/);
  expect(await basket().findByText(/^(5:00|4:5\d)$/)).toBeDefined();
  expect(lockExtension()).toBeNull();
  expect(seatButton('A2').getAttribute('data-status')).toBe('mine');
});

it('is offered in the review too, and leaves the focus in it', async () => {
  const { server, user } = await openHolding(lockedSeat(0, soon()));
  await user.click(screen.getByRole('button', { name: 'Reserve' }));
  const review = await screen.findByRole('dialog', { name: 'Review your seats' });
  const answer = server.defer(EXTEND);
  await user.click(within(review).getByRole('button', { name: 'More time' }));
  const confirm = within(review).getByRole('button', { name: /^Confirm/ });
  expect(confirm.getAttribute('aria-disabled')).toBe('true');
  const seats = [lockedSeat(0, later(), 1)];
  answer([200, { success: true, message: 'Held for longer', seats }]);
  expect(await within(review).findByText(/^(5:00|4:5\d)$/)).toBeDefined();
  expect(within(review).queryByRole('button', { name: 'More time' })).toBeNull();
  expect(review.contains(document.activeElement)).toBe(true);
  expect(confirm.getAttribute('aria-disabled')).toBeNull();
});

it('is not offered while there is enough time', async () => {
  await openHolding(lockedSeat(0, later()));
  expect(lockExtension()).toBeNull();
});

it('is offered as soon as time is short', async () => {
  const until = later();
  const { socket } = await openHolding(lockedSeat(0, until));
  expect(lockExtension()).toBeNull();
  vi.useFakeTimers({ toFake: ['Date'], now: until - 89_000 });
  socket.receive(deltaFrame(1, [1, 2, null, null]));
  expect(await screen.findByRole('button', { name: 'More time' })).toBeDefined();
});

it('by another tab shows here as well', async () => {
  const { server, socket } = await openHolding(lockedSeat(0, soon()));
  const until = later();
  server.on('get events/7/locks/', [200, [lockedSeat(0, until, 1)]]);
  socket.receive(deltaFrame(1, [0, 1, until, 'alice']));
  expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  expect(await basket().findByText(/^(5:00|4:5\d)$/)).toBeDefined();
  await waitFor(() => {
    expect(lockExtension()).toBeNull();
  });
  expect(screen.queryByText(/not holding/)).toBeNull();
});

it('is not offered at the limit, which is announced once', async () => {
  const { socket } = await openHolding(lockedSeat(0, soon(), 0));
  expect(await screen.findByText(/^Stalls, row A, seat 1 cannot be held any longer/)).toBeDefined();
  socket.receive(deltaFrame(1, [3, 2, null, null]));
  expect(screen.getAllByText(/^Stalls, row A, seat 1 cannot be held any longer/)).toHaveLength(1);
  expect(lockExtension()).toBeNull();
});

it('shows why it was refused and is not offered again', async () => {
  const { server, user } = await openHolding(lockedSeat(0, soon(), 1));
  server.on(EXTEND, conflict(0, 'extension_limit', 'Seat A1 cannot be held for longer.'));
  await user.click(screen.getByRole('button', { name: 'More time' }));
  expect(await screen.findByText('Stalls, row A, seat 1 cannot be held any longer.')).toBeDefined();
  expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  expect(lockExtension()).toBeNull();
});

it('is announced to screen readers once per deadline', async () => {
  const { socket } = await openHolding(lockedSeat(0, soon()), lockedSeat(1, later()));
  const said =
    'Your hold on Stalls, row A, seat 1 runs out soon. Under “Your seats” you can have more time.';
  expect((await screen.findByText(said)).closest('[role=status]')).not.toBeNull();
  socket.receive(deltaFrame(1, [3, 2, null, null]));
  expect(screen.getAllByText(said)).toHaveLength(1);
});

it('leaves the focus in the basket after use', async () => {
  const { server, user } = await openHolding(lockedSeat(0, soon()));
  const answer = server.defer(EXTEND);
  await user.click(screen.getByRole('button', { name: 'More time' }));
  expect(document.activeElement).toBe(lockExtension());
  await act(async () => {
    answer([200, { success: true, message: '', seats: [lockedSeat(0, later(), 1)] }]);
    await Promise.resolve();
  });
  await waitFor(() => {
    expect(lockExtension()).toBeNull();
  });
  expect(document.activeElement).toBe(screen.getByRole('complementary', { name: 'Your seats' }));
});

it('says in the review why it was refused', async () => {
  const { server, user } = await openHolding(lockedSeat(0, soon(), 1));
  await user.click(screen.getByRole('button', { name: 'Reserve' }));
  const review = within(await screen.findByRole('dialog', { name: 'Review your seats' }));
  server.on(EXTEND, conflict(0, 'extension_limit', 'Seat A1 cannot be held for longer.'));
  await user.click(review.getByRole('button', { name: 'More time' }));
  const said = await review.findByText('Stalls, row A, seat 1 cannot be held any longer.');
  expect(said.closest('[role=status]')).not.toBeNull();
  await user.click(review.getByRole('button', { name: 'Back to the map' }));
  expect(screen.getByText('Stalls, row A, seat 1 cannot be held any longer.')).toBeDefined();
});
