import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import type { Revenue } from '@/api/types';
import { OrganisePage } from '@/features/organise/OrganisePage';
import { sumAmounts } from '@/i18n/money';
import { LAYOUT, makeEvent, makeSeat, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { renderPage } from '@/testing/renderPage';
import { ALICE, deltaFrame, liveSnapshot } from '@/testing/selectorHarness';

afterEach(() => {
  vi.useRealTimers();
});

const ADMIN = { ...ALICE, username: 'admin', permissions: ['reservations.view_reservation'] };
const SEATS = makeSeats(8).map((seat, index) =>
  makeSeat(index, { ...seat, section: index < 4 ? 'Stalls' : 'Circle' }),
);

const REVENUE = 'get events/7/revenue/';

function revenueOf(seq: number, ...sections: Revenue['sections']): Revenue {
  const total = sumAmounts(sections.map(({ revenue }) => revenue));
  return { seq, total, fees: '0.00', currency: 'EUR', sections };
}

function open(me: typeof ALICE | null = ADMIN) {
  FakeWebSocket.install();
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on('get events/7/', [200, makeEvent()]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(SEATS)]);
  server.on(REVENUE, [200, revenueOf(1)]);
  renderPage({ '/organise/:eventId': <OrganisePage /> }, '/organise/7');
  return server;
}

async function openLive() {
  const server = open();
  await waitFor(() => {
    FakeWebSocket.newest().receive(liveSnapshot(SEATS));
  });
  await screen.findByRole('heading', { name: 'By section' });
  return { server, socket: FakeWebSocket.newest() };
}

/** A figure's value and hint, by its name. */
function figure(name: string): string {
  const term = screen.getAllByRole('term').find(({ textContent }) => textContent === name);
  return term?.nextElementSibling?.textContent ?? '';
}

it('updates the counts as seats are sold', async () => {
  const { socket } = await openLive();
  expect(figure('Sold')).toBe('00% of 8 for sale');
  expect(figure('Watching now')).toBe('');
  socket.receive(deltaFrame(1, [0, 2, null, null], [5, 1, Date.now() + 60_000, 'bob']));
  socket.receive({ type: 'beat', seq: 2, now: Date.now(), viewers: 42 });
  expect(await screen.findByText('42')).toBeDefined();
  expect(figure('Watching now')).toBe('42');
  expect(figure('Sold')).toBe('113% of 8 for sale');
  expect(figure('Held')).toMatch(/^1/);
  expect(figure('Free')).toBe('6');
  expect(
    screen.getByRole('img', { name: 'Plan of The Copper Room. Sold: 1, held: 1, free: 6' }),
  ).toBeDefined();
  const rows = within(screen.getByRole('table', { name: 'By section' })).getAllByRole('row');
  expect(rows.map(({ textContent }) => textContent).slice(1)).toEqual([
    'Stalls1 of 403€0.00',
    'Circle0 of 413€0.00',
  ]);
});

it('shows the revenue and refetches it after seats changed', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { server, socket } = await openLive();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure('Revenue so far')).toMatch(/^€0\.00/);
  expect(server.requests.filter(({ call }) => call === REVENUE)).toHaveLength(1);
  // Less than the current price of the seat.
  server.on(REVENUE, [200, revenueOf(2, { section: 'Stalls', revenue: '35.00' })]);
  socket.receive(deltaFrame(1, [0, 2, null, null]));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure('Revenue so far')).toMatch(/^€35\.00/);
  expect(screen.getByRole('row', { name: /^Stalls/ }).textContent).toMatch(/€35\.00$/);
  expect(screen.getByRole('row', { name: /^Circle/ }).textContent).toMatch(/€0\.00$/);
  expect(server.requests.filter(({ call }) => call === REVENUE)).toHaveLength(2);
});

it('shows the latest changes and how many seats were sold', async () => {
  const { socket } = await openLive();
  expect(screen.getByText(/^Nothing has changed/)).toBeDefined();
  socket.receive(deltaFrame(1, [0, 2, null, null], [5, 1, Date.now() + 60_000, 'bob']));
  const list = within(await screen.findByRole('list', { name: 'Latest changes' }));
  expect(
    list.getAllByRole('listitem').map((item) => item.textContent.replace(/^[\d:]+/, '')),
  ).toEqual(['B2 held by bob', 'A1 sold']);
  expect(screen.getByText(/^1 seat since/)).toBeDefined();
  expect(screen.getByRole('img', { name: /^Seats sold in each of the last 30/ })).toBeDefined();
});

it('is read-only and does not fetch own locks', async () => {
  const { server } = await openLive();
  expect(server.requests.map(({ call }) => call)).not.toContain('get events/7/locks/');
  expect(server.writes()).toEqual([]);
});

it.each([
  ['nobody', null, 'Sign in'],
  ['a buyer', ALICE, 'To the seat map'],
] as const)('refuses %s and shows where to go', async (_, me, wayOut) => {
  const server = open(me);
  expect(await screen.findByText('This page is for organisers')).toBeDefined();
  expect(screen.getByRole('link', { name: wayOut })).toBeDefined();
  expect(server.requests.map(({ call }) => call)).not.toContain(REVENUE);
  expect(FakeWebSocket.opened).toEqual([]);
});

it('says that an event has no seats yet, until they come', async () => {
  FakeWebSocket.install();
  const server = new FakeServer();
  server.on('get me/', [200, ADMIN]);
  server.on('get events/7/', [200, makeEvent({ seats_total: 0, layout: 'empty' })]);
  server.on('get events/7/layouts/empty/', [200, packed([])]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(SEATS)]);
  server.on(REVENUE, [200, revenueOf(1)]);
  renderPage({ '/organise/:eventId': <OrganisePage /> }, '/organise/7');
  expect(await screen.findByRole('heading', { name: 'No seats yet' })).toBeDefined();
  FakeWebSocket.newest().receive(liveSnapshot(SEATS));
  expect(await screen.findByRole('heading', { name: 'By section' })).toBeDefined();
  expect(screen.queryByText('No seats yet')).toBeNull();
});

it('shows a message for an unknown event', async () => {
  const server = open();
  server.on('get events/7/', [404, { error: 'No such event.', code: 'not_found' }]);
  expect(await screen.findByText('There is no such event')).toBeDefined();
});
