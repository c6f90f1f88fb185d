import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import type { SaleFigures } from '@/api/types';
import { OrganisePage } from '@/features/organise/OrganisePage';
import { LAYOUT, makeEvent, makeSeat, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { makeFigures, makeMinute } from '@/testing/saleFigures';
import { renderPage } from '@/testing/renderPage';
import { ALICE, deltaFrame, liveSnapshot } from '@/testing/selectorHarness';

afterEach(() => {
  vi.useRealTimers();
});

const ADMIN = { ...ALICE, username: 'admin', permissions: ['reservations.view_reservation'] };
const SEATS = makeSeats(8).map((seat, index) =>
  makeSeat(index, { ...seat, section: index < 4 ? 'Stalls' : 'Circle' }),
);

const FIGURES = 'get events/7/figures/';

function open(me: typeof ALICE | null = ADMIN) {
  FakeWebSocket.install();
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on('get events/7/', [200, makeEvent()]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(SEATS)]);
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

function figuresFrame(sale: Partial<SaleFigures>, health = {}) {
  const { seq, now, ...rest } = { ...makeFigures(), ...sale };
  return {
    type: 'figures',
    seq,
    now,
    health: { database: true, notifications: true, ...health },
    sale: rest,
  };
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
  socket.receive({ type: 'beat', seq: 2, now: Date.now(), viewers: 42, revision: 0, next: 1_000 });
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
    'Stalls1 of 403',
    'Circle0 of 413',
  ]);
});

it('shows the money that the server sends, and asks for none', async () => {
  const { server, socket } = await openLive();
  expect(socket.url).toContain('figures=1');
  expect(figure('Revenue so far')).not.toMatch(/\d/);
  socket.receive(
    // Less than the current price of the seat.
    figuresFrame({ revenue: '35.00', sections: [{ section: 'Stalls', revenue: '35.00' }] }),
  );
  expect(figure('Revenue so far')).toMatch(/^€35\.00/);
  expect(screen.getByRole('row', { name: /^Stalls/ }).textContent).toMatch(/€35\.00$/);
  expect(screen.getByRole('row', { name: /^Circle/ }).textContent).toMatch(/€0\.00$/);
  expect(server.requests.map(({ call }) => call)).not.toContain(FIGURES);
});

it('shows what became of holds, refused clicks, and the course of the sale', async () => {
  const { socket } = await openLive();
  const at = Math.floor(Date.now() / 60_000) * 60_000;
  const minute = makeMinute(at, { begun: 4, reserved: 3, expired: 1, sold: 3, conflicts: 9 });
  socket.receive(
    figuresFrame({
      minutes: [minute],
      holds: { begun: 40, reserved: 10, expired: 5, released: 5 },
      course: [
        { at: at - 3_600_000, tickets: 0, revenue: '0.00' },
        { at, tickets: 3, revenue: '35.50' },
      ],
    }),
  );
  const rows = within(screen.getByRole('table', { name: 'Holds' })).getAllByRole('row');
  expect(rows.map(({ textContent }) => textContent).slice(1)).toEqual([
    'Begun4440',
    'Booked3310',
    'Expired115',
    'Released005',
    'Share booked75%75%50%',
  ]);
  expect(screen.getByText(/^9 in the last hour/)).toBeDefined();
  expect(screen.getByRole('img', { name: /^Revenue since the first booking, now €35\.50/ }));
  expect(screen.getByText(/^3 tickets in the last hour/)).toBeDefined();
  expect(figure('Projected sell-out')).toMatch(/^No projection/);
});

it('says an alert once, and keeps showing it until it is over', async () => {
  const { socket } = await openLive();
  socket.receive(figuresFrame({}, { database: false }));
  const alerts = within(screen.getByRole('region', { name: 'Alerts' }));
  expect(alerts.getByText(/^The database does not answer/)).toBeDefined();
  expect(screen.getByRole('status').textContent).toMatch(/^The database does not answer/);
  socket.receive(figuresFrame({ payments: { made: 1, failed: 5 } }));
  expect(alerts.queryByText(/^The database does not answer/)).toBeNull();
  expect(alerts.getByText('Many payments are failing.')).toBeDefined();
});

it('shows the share sold of each section on the map', async () => {
  const { socket } = await openLive();
  socket.receive(deltaFrame(1, [0, 2, null, null]));
  fireEvent.click(screen.getByRole('radio', { name: 'Sold by section' }));
  expect(
    await screen.findByRole('img', { name: 'Share sold by section. Stalls: 25% and Circle: 0%' }),
  ).toBeDefined();
  expect(screen.getByText('80% to 100%')).toBeDefined();
});

it('says that the right to follow the sale was withdrawn', async () => {
  const { socket } = await openLive();
  socket.drop(4403);
  expect(await screen.findByText(/^You may no longer follow this sale/)).toBeDefined();
});

it('shows the latest changes', async () => {
  const { socket } = await openLive();
  expect(screen.getByText(/^Nothing has changed/)).toBeDefined();
  socket.receive(deltaFrame(1, [0, 2, null, null], [5, 1, Date.now() + 60_000, 'bob']));
  const list = within(await screen.findByRole('list', { name: 'Latest changes' }));
  expect(
    list.getAllByRole('listitem').map((item) => item.textContent.replace(/^[\d:]+/, '')),
  ).toEqual(['B2 held by bob', 'A1 sold']);
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
  expect(server.requests.map(({ call }) => call)).not.toContain(FIGURES);
  expect(FakeWebSocket.opened).toEqual([]);
});

it('says that an event has no seats yet, until they come', async () => {
  FakeWebSocket.install();
  const server = new FakeServer();
  server.on('get me/', [200, ADMIN]);
  server.on('get events/7/', [200, makeEvent({ seats_total: 0, layout: 'empty' })]);
  server.on('get events/7/layouts/empty/', [200, packed([])]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(SEATS)]);
  renderPage({ '/organise/:eventId': <OrganisePage /> }, '/organise/7');
  expect(await screen.findByRole('heading', { name: 'No seats yet' })).toBeDefined();
  FakeWebSocket.newest().receive(liveSnapshot(SEATS));
  expect(await screen.findByRole('heading', { name: 'By section' })).toBeDefined();
  expect(screen.queryByText('No seats yet')).toBeNull();
});

it('says that an event is cancelled', async () => {
  const server = open();
  server.on('get events/7/', [200, makeEvent({ cancelled_at: '2030-01-01T10:00:00.000Z' })]);
  expect(await screen.findByText('Cancelled')).toBeDefined();
});

it('shows a message for an unknown event', async () => {
  const server = open();
  server.on('get events/7/', [404, { error: 'No such event.', code: 'not_found' }]);
  expect(await screen.findByText('There is no such event')).toBeDefined();
});
