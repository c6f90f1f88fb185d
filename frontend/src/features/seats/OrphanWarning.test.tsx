import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { makeSeat, makeSeats } from '@/testing/factories';
import {
  announcer,
  deltaFrame,
  granted,
  lockedSeat,
  offered,
  openHolding,
  openSelector,
  released,
  seatButton,
} from '@/testing/selectorHarness';

const LOCK = 'post events/7/lock/';
const UNLOCK = 'post events/7/unlock/';
const NUDGE = 'A seat on its own';
const QUESTION = 'That leaves Stalls, row A, seat 1 on its own. Take it too, or move along?';

function orphanPrompt() {
  return screen.queryByRole('region', { name: NUDGE });
}

it('warns about an orphan seat', async () => {
  const { server, user } = await openSelector();
  server.on('post events/7/seats/101/lock/', granted(lockedSeat(1)));
  await user.click(seatButton('A2'));
  await waitFor(() => {
    expect(offered(NUDGE)).toEqual([
      'Take Stalls, row A, seat 1 too · €50.00',
      'Move to Stalls, row A, seat 1',
    ]);
  });
  expect(screen.getByText(QUESTION)).toBeDefined();
  expect(announcer().textContent).toContain(QUESTION);
  expect(orphanPrompt()?.contains(document.activeElement)).toBe(false);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByRole('button', { name: 'Reserve' })).toHaveProperty('disabled', false);
});

it('says nothing where the event does not warn of orphans', async () => {
  const held = lockedSeat(1);
  const seats = makeSeats(8).map((seat) => (seat.id === held.id ? held : seat));
  await openSelector({ event: { orphan_rule: 'off' }, seats, ownLocks: [held] });
  await waitFor(() => {
    expect(seatButton('A2').getAttribute('data-status')).toBe('mine');
  });
  expect(orphanPrompt()).toBeNull();
});

it('says that the event refuses an orphan that can be avoided', async () => {
  const held = lockedSeat(1);
  const seats = makeSeats(8).map((seat) => (seat.id === held.id ? held : seat));
  await openSelector({ event: { orphan_rule: 'refuse' }, seats, ownLocks: [held] });
  const refused = `${QUESTION} This event is not sold with such gaps.`;
  expect(await screen.findByText(refused)).toBeDefined();
});

it('adds it with one click', async () => {
  const { server, user } = await openHolding(lockedSeat(1));
  server.on(LOCK, [200, { success: true, message: 'Locked', seats: [lockedSeat(0)] }]);
  await user.click(screen.getByRole('button', { name: /^Take Stalls, row A, seat 1 too/ }));
  expect(await screen.findByText('Stalls, row A, seat 1 is held for you.')).toBeDefined();
  expect(seatButton('A2').getAttribute('data-status')).toBe('mine');
  expect(server.writes()).toEqual([LOCK]);
  expect(orphanPrompt()).toBeNull();
});

it('shifts with one click and releases only what is not needed', async () => {
  const { server, user } = await openHolding(lockedSeat(1), lockedSeat(2));
  server.on(LOCK, [200, { success: true, message: 'Locked', seats: [lockedSeat(0)] }]);
  server.on(UNLOCK, released(makeSeat(2)));
  await user.click(screen.getByRole('button', { name: 'Move to Stalls, row A, seats 1, 2' }));
  expect(await screen.findByText('Stalls, row A, seat 3 released.')).toBeDefined();
  expect(server.writes()).toEqual([LOCK, UNLOCK]);
  expect(server.lastBody(UNLOCK)).toEqual({ seat_ids: [102] });
  expect(orphanPrompt()).toBeNull();
});

it('does not repeat a dismissed warning but shows another', async () => {
  const { socket, user } = await openHolding(lockedSeat(1));
  await user.click(screen.getByRole('button', { name: 'No, thank you' }));
  expect(orphanPrompt()).toBeNull();
  socket.receive(deltaFrame(1, [7, 2, null, null]));
  expect(orphanPrompt()).toBeNull();
  socket.receive(deltaFrame(2, [3, 2, null, null]));
  expect(orphanPrompt()?.textContent).toMatch(
    /^That leaves Stalls, row A, seats 1, 3 on their own/,
  );
});

it('closes on Escape, wherever the focus is', async () => {
  const { user } = await openHolding(lockedSeat(1));
  expect(orphanPrompt()).not.toBeNull();
  await user.keyboard('{Escape}');
  expect(orphanPrompt()).toBeNull();
});

it('ignores a seat that was single before', async () => {
  await openHolding(lockedSeat(0));
  expect(orphanPrompt()).toBeNull();
});
