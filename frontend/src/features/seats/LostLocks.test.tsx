import { screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import {
  announcer,
  deltaFrame,
  lockedSeat,
  offered,
  openHolding,
  seatButton,
} from '@/testing/selectorHarness';

const LOCK = 'post events/7/lock/';

const HELD_MS = 60_000;
const MOMENT_MS = 1_200;

afterEach(() => {
  vi.useRealTimers();
});

/** Advance almost to the deadline, however long opening took. */
function comeToTheEnd(openedMs: number) {
  vi.useFakeTimers({ toFake: ['Date'], now: openedMs + HELD_MS - MOMENT_MS });
}

/** Open with expired seats, which the feed reports a moment before our clock does. */
async function openLapsed(...indexes: number[]) {
  const openedMs = Date.now();
  const held = indexes.map((index) => lockedSeat(index, openedMs + HELD_MS));
  const scene = await openHolding(...held);
  comeToTheEnd(openedMs);
  scene.server.on('get events/7/locks/', [200, []]);
  scene.socket.receive(deltaFrame(1, ...indexes.map((index) => [index, 0, null, null])));
  return scene;
}

it('shows expired seats and offers them again', async () => {
  const { server, user } = await openLapsed(0, 1);
  expect(screen.getByText(/^Your hold on Stalls, row A, seats 1, 2 has run out/)).toBeDefined();
  expect(announcer().textContent).toMatch(/Stalls, row A, seats 1, 2 can be taken again/);
  expect(offered()).toEqual(['Take Stalls, row A, seats 1, 2 again · €100.00']);
  server.on(LOCK, [
    200,
    { success: true, message: 'Locked', seats: [lockedSeat(0), lockedSeat(1)] },
  ]);
  await user.click(screen.getByRole('button', { name: /^Take Stalls, row A, seats 1, 2 again/ }));
  expect(await screen.findByText('Stalls, row A, seats 1, 2 are held for you.')).toBeDefined();
  expect(server.writes()).toEqual([LOCK]);
  expect(seatButton('A2').getAttribute('data-status')).toBe('mine');
  expect(offered()).toEqual([]);
});

it('offers those that are still available', async () => {
  const { socket } = await openLapsed(0, 1);
  socket.receive(deltaFrame(2, [0, 1, Date.now() + 60_000, 'bob']));
  expect(offered()).toEqual(['Take Stalls, row A, seat 2 again · €50.00']);
  socket.receive(deltaFrame(3, [1, 2, null, null]));
  expect(offered()).toEqual([]);
});

it('merges seats that expired one after the other', async () => {
  const openedMs = Date.now();
  const held = [lockedSeat(0, openedMs + HELD_MS), lockedSeat(1, openedMs + HELD_MS + 100)];
  const { server, socket } = await openHolding(...held);
  comeToTheEnd(openedMs);
  server.on('get events/7/locks/', [200, [held[1]]]);
  socket.receive(deltaFrame(1, [0, 0, null, null]));
  expect(offered()).toEqual(['Take Stalls, row A, seat 1 again']);
  server.on('get events/7/locks/', [200, []]);
  socket.receive(deltaFrame(2, [1, 0, null, null]));
  await waitFor(() => {
    expect(offered()).toEqual(['Take Stalls, row A, seats 1, 2 again · €100.00']);
  });
});

it('says that the box office has released a seat', async () => {
  const { server, socket } = await openHolding(lockedSeat(0));
  server.on('get events/7/locks/', [200, []]);
  server.on('get events/7/released-locks/', [
    200,
    [{ seat_id: 100, seat_number: 'A1', at: '2030-05-24T10:00:00Z' }],
  ]);
  socket.receive(deltaFrame(1, [0, 0, null, null]));
  expect(
    await screen.findByText(/^The box office has released Stalls, row A, seat 1\./),
  ).toBeDefined();
  expect(offered()).toEqual([]);
});

it('offers nothing when the seats were released elsewhere', async () => {
  const { server, socket } = await openHolding(lockedSeat(0));
  server.on('get events/7/locks/', [200, []]);
  socket.receive(deltaFrame(1, [0, 0, null, null]));
  expect(
    await screen.findByText('You are not holding Stalls, row A, seat 1 any more.'),
  ).toBeDefined();
  expect(offered()).toEqual([]);
});
