import { screen, within } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';

import { makeSeats } from '@/testing/factories';
import {
  deltaFrame,
  granted,
  lockedSeat,
  openSelector,
  seatButton,
} from '@/testing/selectorHarness';

beforeEach(() => {
  localStorage.clear();
});

async function showList() {
  const scene = await openSelector();
  await scene.user.click(screen.getByRole('button', { name: 'List' }));
  await screen.findByRole('heading', { level: 2, name: /^Stalls/ });
  return scene;
}

function isMapShown(): boolean {
  return screen.queryByRole('group', { name: 'Legend' }) !== null;
}

it('shows the seats as a list, and has the view in the URL', async () => {
  const { router, user } = await showList();
  expect(isMapShown()).toBe(false);
  expect(router.state.location.search).toBe('?view=list');
  expect(screen.getByRole('button', { name: 'List' }).getAttribute('aria-pressed')).toBe('true');
  await user.click(screen.getByRole('button', { name: 'Map' }));
  expect(isMapShown()).toBe(true);
  expect(router.state.location.search).toBe('');
});

it('stores the chosen view', async () => {
  localStorage.setItem('seatcast.view', 'list');
  await openSelector();
  expect(await screen.findByRole('heading', { level: 2, name: /^Stalls/ })).toBeDefined();
  expect(isMapShown()).toBe(false);
});

it('picks a seat in the list like on the map', async () => {
  const { server, user } = await showList();
  server.on('post events/7/seats/100/lock/', granted(lockedSeat(0)));
  await user.click(seatButton('A1'));
  expect(await screen.findByText('Stalls, row A, seat 1 is held for you.')).toBeDefined();
  expect(seatButton('A1').getAttribute('aria-pressed')).toBe('true');
  const basket = within(screen.getByRole('complementary', { name: 'Your seats' }));
  expect(basket.getByText('1 seat')).toBeDefined();
});

it('the legend has no price of a category that is wholly blocked', async () => {
  const seats = makeSeats(8).map((seat, index) => (index < 4 ? { ...seat, category: 2 } : seat));
  const categories = [
    { id: 2, name: 'Balcony', color: '#c81e5b', price: '30.00' },
    { id: 3, name: 'Gallery', color: '#0f766e', price: '20.00' },
  ];
  const { socket } = await openSelector({ seats, event: { categories } });
  const legend = within(screen.getByRole('group', { name: 'Legend' }));
  expect(legend.getByText('Balcony')).toBeDefined();
  expect(legend.queryByText('Gallery')).toBeNull();
  socket.receive(deltaFrame(1, ...[0, 1, 2, 3].map((index) => [index, 3, null, null])));
  expect(legend.queryByText('Balcony')).toBeNull();
  expect(legend.getByText('Not for sale')).toBeDefined();
});

it('keeps the list live', async () => {
  const { socket } = await showList();
  socket.receive(deltaFrame(1, [0, 2, null, null]));
  expect(seatButton('A1').getAttribute('aria-label')).toBe('Seat A1, €50.00, reserved');
  expect(screen.getByRole('heading', { level: 2, name: /^Stalls 7 of 8 free/ })).toBeDefined();
});
