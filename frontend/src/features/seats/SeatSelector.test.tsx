import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { SeatSelectorPage } from '@/features/seats/SeatSelectorPage';
import { makeEvent, makeSeat, makeSeats } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { renderPage } from '@/testing/renderPage';
import {
  announcer,
  basket,
  conflict,
  deltaFrame,
  granted,
  lockedSeat,
  openHolding,
  openSelector,
  released,
  seatButton,
} from '@/testing/selectorHarness';

const LOCK_A1 = 'post events/7/seats/100/lock/';
const UNLOCK = 'post events/7/unlock/';

describe('a click on a seat', () => {
  it('shows at once and stays when the server agrees', async () => {
    const { server, user } = await openSelector();
    const answer = server.defer(LOCK_A1);
    await user.click(seatButton('A1'));
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
    expect(seatButton('A1').getAttribute('aria-label')).toMatch(/asking for your seat…$/);
    expect(basket().getByText('asking for your seat…')).toBeDefined();
    await act(async () => {
      answer(granted(lockedSeat(0)));
      await Promise.resolve();
    });
    await waitFor(() => {
      expect(basket().getByRole('button', { name: 'Reserve' })).toHaveProperty('disabled', false);
    });
    expect(seatButton('A1').getAttribute('aria-label')).toBe(
      'Seat A1, Stalls, 50.00 EUR, held by you',
    );
    expect(basket().getByText('1 seat')).toBeDefined();
    expect(basket().getByText(/^(5:00|4:5\d)$/)).toBeDefined();
  });

  it('is rolled back with the seat and the reason when the server refuses', async () => {
    const { server, user } = await openSelector();
    server.on(LOCK_A1, conflict(0, 'locked', 'Seat A1 is locked by someone else.'));
    await user.click(seatButton('A1'));
    const news = await screen.findByText(
      'Stalls, row A, seat 1 went to somebody else a moment before you.',
    );
    expect(news.closest('[role=status]')).not.toBeNull();
    expect(seatButton('A1').getAttribute('data-status')).toBe('available');
    expect(basket().getByText('Your seats')).toBeDefined();
  });

  it('names the seat if the error does not', async () => {
    const { server, user } = await openSelector();
    server.on(LOCK_A1, [429, { error: 'Slow down, please.', code: 'slow_down' }]);
    await user.click(seatButton('A1'));
    expect(await screen.findByText('Stalls, row A, seat 1: Slow down, please.')).toBeDefined();
  });

  it('releases an own seat', async () => {
    // Map and own locks have the same deadline, as from one server.
    const own = lockedSeat(0);
    const { server, user } = await openSelector({
      seats: [own, ...makeSeats(8).slice(1)],
      ownLocks: [own],
    });
    await waitFor(() => {
      expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
    });
    server.on(UNLOCK, released(makeSeat(0)));
    await user.click(seatButton('A1'));
    expect(seatButton('A1').getAttribute('data-status')).toBe('available');
    await screen.findByText('Stalls, row A, seat 1 released.');
    expect(server.lastBody(UNLOCK)).toEqual({ seat_ids: [100] });
  });

  it('repeated quickly sends the second command after the first response', async () => {
    const { server, user } = await openSelector();
    const answer = server.defer(LOCK_A1);
    server.on(UNLOCK, released(makeSeat(0)));
    await user.click(seatButton('A1'));
    await user.click(seatButton('A1'));
    expect(seatButton('A1').getAttribute('data-status')).toBe('available');
    expect(server.writes()).toEqual([LOCK_A1]);
    act(() => {
      answer(granted(lockedSeat(0)));
    });
    await screen.findByText('Stalls, row A, seat 1 released.');
    expect(server.writes()).toEqual([LOCK_A1, UNLOCK]);
  });

  it("on somebody else's seat shows the holder and sends nothing", async () => {
    const { server, socket, user } = await openSelector();
    socket.receive(deltaFrame(1, [0, 1, Date.now() + 60_000, 'bob']));
    await user.click(seatButton('A1'));
    expect(screen.getByText('Stalls, row A, seat 1 is locked by bob.')).toBeDefined();
    expect(server.writes()).toEqual([]);
  });

  it("tells that a guest holds a seat, without the guest's internal name", async () => {
    const { socket, user } = await openSelector();
    socket.receive(deltaFrame(1, [0, 1, Date.now() + 60_000, 'guest-qdxyukfu']));
    await user.click(seatButton('A1'));
    expect(screen.getByText(/is locked by a guest\.$/)).toBeDefined();
    expect(seatButton('A1').getAttribute('aria-label')).toMatch(/locked by a guest$/);
  });

  it('asks anonymous visitors to sign in and returns to the event', async () => {
    const { server, user } = await openSelector({ isSignedIn: false });
    await user.click(seatButton('A1'));
    const dialog = within(
      await screen.findByRole('dialog', { name: 'Sign in, or buy without an account' }),
    );
    expect(dialog.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(
      '/sign-in?next=%2Fevents%2F7',
    );
    const asGuest = dialog.getByRole('link', { name: 'Buy without an account' });
    expect(asGuest.getAttribute('href')).toBe('/guest?next=%2Fevents%2F7');
    expect(asGuest.className).toBe(dialog.getByRole('link', { name: 'Sign in' }).className);
    expect(server.writes()).toEqual([]);
  });

  it('before the sale tells when it opens', async () => {
    const { server, user } = await openSelector({
      event: { sales: 'upcoming', sales_open_at: '2099-05-04T10:00:00Z' },
    });
    expect(screen.getByText(/^Sales open on/).textContent).toMatch(/This page opens by itself/);
    await user.click(seatButton('A1'));
    expect(announcer().textContent).toMatch(/^Sales open on Mon, 4 May 2099/);
    expect(server.writes()).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('reaches one seat by Tab, moves with arrow keys and locks with Enter', async () => {
    const { server, user } = await openSelector();
    const tabStops = screen
      .getAllByRole('button', { name: /^Seat / })
      .filter((seat) => seat.getAttribute('tabindex') === '0');
    expect(tabStops).toEqual([seatButton('A1')]);
    act(() => {
      seatButton('A1').focus();
    });
    await user.keyboard('{ArrowRight}{ArrowRight}{ArrowDown}{ArrowLeft}');
    expect(document.activeElement).toBe(seatButton('B2'));
    expect(seatButton('B2').getAttribute('tabindex')).toBe('0');
    expect(seatButton('A1').getAttribute('tabindex')).toBe('-1');
    server.on('post events/7/seats/105/lock/', granted(lockedSeat(5)));
    await user.keyboard('{Enter}');
    expect(await screen.findByText('Stalls, row B, seat 2 is held for you.')).toBeDefined();
  });

  it('locks with Enter after the map was dragged', async () => {
    HTMLElement.prototype.setPointerCapture = () => undefined;
    const { server, user } = await openSelector();
    const frame = seatButton('A1').closest('.map__frame');
    if (frame === null) throw new Error('There is no map');
    fireEvent.pointerDown(frame, { pointerId: 1, button: 0, clientX: 10, clientY: 10 });
    fireEvent.pointerMove(frame, { pointerId: 1, clientX: 60, clientY: 10 });
    fireEvent.pointerUp(frame, { pointerId: 1 });
    server.on(LOCK_A1, granted(lockedSeat(0)));
    act(() => {
      seatButton('A1').focus();
    });
    await user.keyboard('{Enter}');
    expect(await screen.findByText('Stalls, row A, seat 1 is held for you.')).toBeDefined();
  });
});

describe('live changes', () => {
  it('show without a click', async () => {
    const { socket } = await openSelector();
    socket.receive(deltaFrame(1, [2, 2, null, null], [3, 1, Date.now() + 60_000, null]));
    expect(seatButton('A3').getAttribute('aria-label')).toMatch(/reserved$/);
    expect(seatButton('A4').getAttribute('aria-label')).toMatch(/locked by somebody else$/);
  });

  it('show when they are interrupted', async () => {
    const { socket } = await openSelector();
    expect(screen.getByText('Live')).toBeDefined();
    socket.drop(1006);
    expect(screen.getByText('Reconnecting…')).toBeDefined();
    expect(screen.getByText(/may be a little old/)).toBeDefined();
  });

  it('report expired locks', async () => {
    const until = Date.now() + 300_000;
    const { server, socket } = await openHolding(lockedSeat(0, until));
    server.on('get events/7/locks/', [200, []]);
    socket.receive({ ...deltaFrame(1, [0, 0, null, null]), now: until });
    expect(
      await screen.findByText(/^Your hold on Stalls, row A, seat 1 has run out/),
    ).toBeDefined();
    expect(seatButton('A1').getAttribute('data-status')).toBe('available');
  });
});

it('says that an event has no seats yet, and offers nothing to buy', async () => {
  FakeWebSocket.install();
  const server = new FakeServer();
  server.on('get events/7/', [200, makeEvent({ seats_total: 0, layout: '' })]);
  renderPage({ '/events/:eventId': <SeatSelectorPage /> }, '/events/7');
  expect(await screen.findByRole('heading', { name: 'No seats yet' })).toBeDefined();
  expect(screen.queryByRole('button', { name: /^(Reserve|Find seats)/ })).toBeNull();
});
