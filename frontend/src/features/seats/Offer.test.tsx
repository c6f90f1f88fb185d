import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { openingGuard } from '@/browser/openingGuard';
import { makeSeat } from '@/testing/factories';
import { FakeTimers } from '@/testing/fakeTimers';
import {
  announcer,
  conflict,
  deltaFrame,
  lockedSeat,
  offered,
  offering,
  openHolding,
  openSelector,
  released,
  seatButton,
} from '@/testing/selectorHarness';

const LOCK_A1 = 'post events/7/seats/100/lock/';
const LOCK = 'post events/7/lock/';
const RESERVE = 'post events/7/reserve/';
const REFUSAL = conflict(0, 'locked', 'Seat A1 is locked by someone else.');

async function openRefused() {
  const scene = await openSelector();
  scene.server.on(LOCK_A1, offering(REFUSAL, [1], [6], [4, 5]));
  await scene.user.click(seatButton('A1'));
  await screen.findByRole('region', { name: 'Other seats' });
  return scene;
}

function taken(...indexes: number[]) {
  const seats = indexes.map((index) => lockedSeat(index));
  return [200, { success: true, message: 'Locked', seats }] as const;
}

describe('alternative seats', () => {
  it('are offered with the reason, announced once, without taking the focus', async () => {
    await openRefused();
    expect(offered()).toEqual([
      'Take Stalls, row A, seat 2 instead',
      'Take Stalls, row B, seat 3 instead',
      'Take Stalls, row B, seats 1, 2 instead · €100.00',
    ]);
    const region = screen.getByRole('region', { name: 'Other seats' });
    const card = within(region);
    expect(
      card.getByText('Stalls, row A, seat 1 went to somebody else a moment before you.'),
    ).toBeDefined();
    expect(announcer().children).toHaveLength(1);
    expect(announcer().textContent).toBe(
      'Stalls, row A, seat 1 went to somebody else a moment before you. Instead you could have Stalls, row A, seat 2; Stalls, row B, seat 3; Stalls, row B, seats 1, 2: see the buttons below the map.',
    );
    expect(region.contains(document.activeElement)).toBe(false);
  });

  it('take no click for 600 ms, again after another was taken away', async () => {
    const timers = new FakeTimers();
    openingGuard.timers = timers;
    const { server, socket, user } = await openRefused();
    server.on(LOCK, taken(1));
    timers.advance(599);
    await user.click(screen.getByRole('button', { name: 'Take Stalls, row A, seat 2 instead' }));
    await user.click(screen.getByRole('button', { name: 'No, thank you' }));
    timers.advance(1);
    socket.receive(deltaFrame(1, [6, 1, Date.now() + 60_000, 'bob']));
    await user.click(screen.getByRole('button', { name: /^Take Stalls, row B, seats 1, 2/ }));
    expect(server.writes()).toEqual([LOCK_A1]);
    timers.advance(600);
    await user.click(screen.getByRole('button', { name: 'Take Stalls, row A, seat 2 instead' }));
    expect(server.writes()).toEqual([LOCK_A1, LOCK]);
  });

  it('are locked by one click, optimistically', async () => {
    const { server, user } = await openRefused();
    const answer = server.defer(LOCK);
    await user.click(screen.getByRole('button', { name: /^Take Stalls, row B, seats 1, 2/ }));
    for (const seatNumber of ['B1', 'B2']) {
      expect(seatButton(seatNumber).getAttribute('data-status')).toBe('mine');
    }
    expect(offered()).toEqual([]);
    await act(async () => {
      answer(taken(4, 5));
      await Promise.resolve();
    });
    expect(await screen.findByText('Stalls, row B, seats 1, 2 are held for you.')).toBeDefined();
    expect(server.lastBody(LOCK)).toEqual({ seat_ids: [104, 105] });
    expect(server.keysOf(LOCK)[0]).toMatch(/.{8}/);
  });

  it('are rolled back with a new offer when they are gone too', async () => {
    const { server, user } = await openRefused();
    const refusal = conflict(1, 'locked', 'Seat A2 is locked by someone else.');
    server.on(LOCK, offering(refusal, [2]));
    await user.click(screen.getByRole('button', { name: 'Take Stalls, row A, seat 2 instead' }));
    await waitFor(() => {
      expect(offered()).toEqual(['Take Stalls, row A, seat 3 instead']);
    });
    expect(seatButton('A2').getAttribute('data-status')).toBe('available');
  });

  it('disappear one by one as others take them', async () => {
    const { socket } = await openRefused();
    socket.receive(deltaFrame(1, [5, 1, Date.now() + 60_000, 'bob']));
    expect(offered()).toEqual([
      'Take Stalls, row A, seat 2 instead',
      'Take Stalls, row B, seat 3 instead',
    ]);
    socket.receive(deltaFrame(2, [1, 2, null, null], [6, 3, null, null]));
    expect(offered()).toEqual([]);
  });

  it('disappear when dismissed, also by keyboard', async () => {
    const { user } = await openRefused();
    await user.click(screen.getByRole('button', { name: 'No, thank you' }));
    expect(offered()).toEqual([]);
    expect(document.activeElement).toBe(seatButton('A1'));
    await user.click(seatButton('A1'));
    act(() => {
      screen.getByRole('button', { name: 'Take Stalls, row A, seat 2 instead' }).focus();
    });
    await user.keyboard('{Escape}');
    expect(offered()).toEqual([]);
    expect(document.activeElement).toBe(seatButton('A1'));
  });

  it('disappear when the user picks a seat', async () => {
    const { server, user } = await openRefused();
    server.defer('post events/7/seats/102/lock/');
    await user.click(seatButton('A3'));
    expect(offered()).toEqual([]);
  });

  it('are offered in the dialog when part of a group is lost, and replace all of it', async () => {
    const { server, user } = await openHolding(lockedSeat(0), lockedSeat(1));
    server.on('get events/7/locks/', [200, [lockedSeat(1)]]);
    server.on(RESERVE, offering(conflict(0, 'expired', 'Your lock ran out.'), [4, 5]));
    server.on(LOCK, taken(4, 5));
    server.on('post events/7/unlock/', released(makeSeat(1)));
    await user.click(screen.getByRole('button', { name: 'Reserve' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Review your seats' }));
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    await dialog.findByText('Your hold on Stalls, row A, seat 1 has run out.');
    await user.click(
      dialog.getByRole('button', { name: 'Take Stalls, row B, seats 1, 2 instead · €100.00' }),
    );
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(await screen.findByText('Stalls, row A, seat 2 released.')).toBeDefined();
    expect(seatButton('B2').getAttribute('data-status')).toBe('mine');
    expect(server.lastBody('post events/7/unlock/')).toEqual({ seat_ids: [101] });
  });

  it('include the expired seats themselves if they are still free', async () => {
    const { server, socket, user } = await openHolding(lockedSeat(0));
    server.on('get events/7/locks/', [200, []]);
    server.on(RESERVE, offering(conflict(0, 'expired', 'Your lock ran out.'), [0], [1]));
    await user.click(screen.getByRole('button', { name: 'Reserve' }));
    await user.click(screen.getByRole('button', { name: /^Confirm/ }));
    const news = within(await screen.findByRole('dialog', { name: 'Your hold has run out' }));
    socket.receive(deltaFrame(1, [0, 0, null, null]));
    expect(news.getByRole('button', { name: 'Take Stalls, row A, seat 2 instead' })).toBeDefined();
    server.on(LOCK, taken(0));
    await user.click(news.getByRole('button', { name: 'Take Stalls, row A, seat 1 again' }));
    expect(await screen.findByText('Stalls, row A, seat 1 is held for you.')).toBeDefined();
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
    expect(server.writes()).toEqual([RESERVE, LOCK]);
  });
});
