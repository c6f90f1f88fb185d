import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { makeSeats } from '@/testing/factories';
import { type FakeServer, CONNECTION_LOST } from '@/testing/fakeServer';
import {
  basket,
  deltaFrame,
  lockedSeat,
  openSelector,
  seatButton,
} from '@/testing/selectorHarness';

const LOCK_A1 = 'post events/7/seats/100/lock/';
const LOCKS = 'get events/7/locks/';
const AWAY = [503, { error: 'The database is away.', code: 'unavailable' }] as const;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
}

function status(seatNumber: string): string | null {
  return seatButton(seatNumber).getAttribute('data-status');
}

/** Requests for own locks; without a live socket, the map also polls. */
function requestCount({ requests }: Pick<FakeServer, 'requests'>): number {
  return requests.filter(({ call }) => call === LOCKS).length;
}

/** A user who holds A1 reloads the page while the database is unavailable. */
async function openWhileAway() {
  const seats = [lockedSeat(0), ...makeSeats(8).slice(1)];
  const scene = await openSelector({ seats });
  scene.server.on(LOCKS, [...AWAY]);
  return { ...scene, held: lockedSeat(0) };
}

it('own locks are requested until the server answers', async () => {
  const { server, held } = await openWhileAway();
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(20_000);
  expect(status('A1')).toBe('locked');
  expect(requestCount(server)).toBeGreaterThan(4);
  server.on(LOCKS, [200, [held]]);
  await pass(20_000);
  expect(status('A1')).toBe('mine');
  const asked = requestCount(server);
  await pass(60_000);
  expect(requestCount(server)).toBe(asked);
});

it('own locks are not requested again after a 403', async () => {
  const { server } = await openWhileAway();
  server.on(LOCKS, [403, { error: 'Members only.', code: 'members_only' }]);
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(1_000);
  const asked = requestCount(server);
  await pass(60_000);
  expect(requestCount(server)).toBe(asked);
});

it("a lock with a lost response is never shown as somebody else's, and is confirmed later", async () => {
  const { server, socket, user } = await openSelector();
  const held = lockedSeat(0);
  server.on(LOCK_A1, () => CONNECTION_LOST);
  server.on(LOCKS, () => CONNECTION_LOST);
  await user.click(seatButton('A1'));
  await pass(4_000);
  expect(
    screen.getByText(/^Stalls, row A, seat 1: We could not reach the box office/),
  ).toBeDefined();
  expect(status('A1')).toBe('available');
  act(() => {
    socket.receive(deltaFrame(1, [0, 1, Date.parse(held.locked_until ?? ''), 'alice']));
  });
  expect(seatButton('A1').getAttribute('aria-label')).not.toMatch(/alice|somebody/);
  expect(basket().getByRole('button', { name: 'Reserve' })).toHaveProperty('disabled', true);
  server.on(LOCKS, [200, [held]]);
  await pass(20_000);
  await waitFor(() => {
    expect(status('A1')).toBe('mine');
  });
  expect(basket().getByRole('button', { name: 'Reserve' })).toHaveProperty('disabled', false);
});

it('a lock that somebody else won is shown as theirs', async () => {
  const { server, socket, user } = await openSelector();
  server.on(LOCK_A1, () => CONNECTION_LOST);
  server.on(LOCKS, () => CONNECTION_LOST);
  await user.click(seatButton('A1'));
  await pass(4_000);
  act(() => {
    socket.receive(deltaFrame(1, [0, 1, Date.now() + 300_000, 'bob']));
  });
  server.on(LOCKS, [200, []]);
  await pass(20_000);
  expect(seatButton('A1').getAttribute('aria-label')).toMatch(/locked by bob$/);
});
