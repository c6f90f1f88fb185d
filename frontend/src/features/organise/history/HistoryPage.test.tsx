import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Change, PastMap, Reports } from '@/api/types';
import { HistoryPage } from '@/features/organise/history/HistoryPage';
import { LAYOUT, makeEvent, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const ADMIN = { ...ALICE, username: 'admin', permissions: ['reservations.view_reservation'] };
const SEATS = makeSeats(4);
const AMOUNTS = { bookings: 1, tickets: 2, prices: '100.00', fees: '3.50', total: '103.50' };
const CHANGES = 'get events/7/history/changes/?limit=50';
const NONE = { bookings: 0, tickets: 0, prices: '0.00', fees: '0.00', total: '0.00' };
const REPORTS: Reports = {
  currency: 'EUR',
  time_zone: 'UTC',
  total: AMOUNTS,
  days: [{ day: '2030-05-24', made: AMOUNTS, ended: NONE, left: AMOUNTS }],
  categories: [],
  ticket_types: [],
  methods: [],
  promo_codes: [],
  taxes: [],
  payments: [],
  settlements: [],
  paid_back: { due: '0.00', paid_back: '0.00' },
};

/** The first seats have these codes; two bits each, the first seat in the lowest ones. */
function past(seq: number, codes: readonly number[], changes: Partial<PastMap> = {}): PastMap {
  const byte = codes.reduce((sum, code, place) => sum + code * 4 ** place, 0);
  return {
    event: 7,
    seq,
    at: '2030-05-01T10:00:00.000Z',
    now: Date.parse('2030-05-01T10:00:00.000Z'),
    layout: LAYOUT,
    statuses: btoa(String.fromCharCode(byte)),
    locks: [],
    missing: 0,
    previous: seq > 0 ? seq - 1 : null,
    next: seq < 3 ? seq + 1 : null,
    first: { seq: 0, at: null },
    last: { seq: 3, at: '2030-05-01T10:00:00.000Z' },
    archived: null,
    ...changes,
  };
}

function change(seq: number, index: number, changes: Partial<Change> = {}): Change {
  return {
    seq,
    at: '2030-05-01T10:00:00.000Z',
    seat_id: 100 + index,
    seat_number: `A${index + 1}`,
    section: 'Stalls',
    row: 'A',
    number: String(index + 1),
    status: 'reserved',
    reason: 'reserved',
    actor: { id: 3, name: 'bob' },
    holder: null,
    locked_until: null,
    reservation: '0123456789ABCDEF',
    allocation: null,
    request_id: null,
    ...changes,
  };
}

function open(now: PastMap = past(3, [2, 2, 1, 3])) {
  const server = new FakeServer();
  server.on('get me/', [200, ADMIN]);
  server.on('get events/7/', [200, makeEvent()]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(SEATS)]);
  server.on('get events/7/history/', [200, now]);
  server.on(CHANGES, [200, [change(3, 1), change(2, 0)]]);
  server.on('get events/7/history/actions/?limit=20', [200, []]);
  server.on('get events/7/reports/', [200, REPORTS]);
  renderPage(
    { '/organise/events/:eventId/history': <HistoryPage /> },
    '/organise/events/7/history',
  );
  return server;
}

it('shows the house now, what happened, and the reports', async () => {
  open();
  expect(await screen.findByRole('img', { name: /Sold: 2, held: 1, free: 0$/ })).toBeDefined();
  const list = within(await screen.findByRole('region', { name: 'What happened until then' }));
  expect(list.getAllByRole('listitem')[0]?.textContent).toMatch(
    /^A2 booked by bob.*:\d\d (CEST|GMT\+2)/,
  );
  expect(await screen.findByRole('row', { name: /24 May 2030|May 24, 2030/ })).toBeDefined();
});

it('tells the details of what organisers did in words', async () => {
  const server = open();
  const invited = { organisation: 3, invitation: 5, role: 'box_office' };
  const code = { max_seats: 4, expires_at: '2030-05-24T18:00:00Z', added_later: 1 };
  const refund = { amount: '95.00', currency: 'EUR', new: 'ABCD' };
  const about = { actor: { id: 2, name: 'erin' }, subject: null, request_id: null };
  server.on('get events/7/history/actions/?limit=20', [
    200,
    [
      { id: 3, at: '2030-05-24T10:00:00Z', kind: 'payment_refunded', ...about, details: refund },
      { id: 2, at: '2030-05-24T10:00:00Z', kind: 'member_invited', ...about, details: invited },
      { id: 1, at: '2030-05-24T09:00:00Z', kind: 'promo_code_created', ...about, details: code },
    ],
  ]);
  const list = within(await screen.findByRole('region', { name: 'What organisers did' }));
  expect(await list.findByText('Role: Box office')).toBeDefined();
  expect(list.queryByText(/organisation|invitation/)).toBeNull();
  expect(list.getByText('Seats at most: 4')).toBeDefined();
  expect(list.getByText(/^Valid until: .*2030/)).toBeDefined();
  expect(list.getByText('added_later: 1')).toBeDefined();
  expect(list.getByText('Amount: €95.00')).toBeDefined();
  expect(list.queryByText(/Currency/)).toBeNull();
});

it('goes to the change before, and lists the changes up to it', async () => {
  const server = open();
  await screen.findByRole('img', { name: /Sold: 2/ });
  server.on('get events/7/history/?seq=2', [200, past(2, [2, 0, 1, 3])]);
  server.on(`${CHANGES}&before=3`, [200, [change(2, 0)]]);
  fireEvent.click(screen.getByRole('button', { name: 'Change before' }));
  expect(await screen.findByRole('img', { name: /Sold: 1, held: 1, free: 1$/ })).toBeDefined();
  const list = within(screen.getByRole('region', { name: 'What happened until then' }));
  await waitFor(() => {
    expect(list.getAllByRole('listitem')).toHaveLength(1);
  });
});

it('asks only for the moment at which a dragged slider rests', async () => {
  const server = open();
  await screen.findByRole('img', { name: /Sold: 2/ });
  server.on('get events/7/history/?seq=1', [200, past(1, [2, 0, 0, 0])]);
  server.on(`${CHANGES}&before=2`, [200, []]);
  const slider = screen.getByRole('slider');
  for (const value of [2, 1]) fireEvent.change(slider, { target: { value } });
  expect(await screen.findByRole('img', { name: /Sold: 1, held: 0, free: 3$/ })).toBeDefined();
  const asked = server.requests.filter(({ call }) => call.includes('seq='));
  expect(asked.map(({ call }) => call)).toEqual(['get events/7/history/?seq=1']);
});

it('tells the story of a seat that is found by its name', async () => {
  const server = open();
  await screen.findByRole('img', { name: /Sold: 2/ });
  fireEvent.change(screen.getByRole('textbox', { name: 'Seat' }), { target: { value: 'a1' } });
  server.on(`${CHANGES}&seat=100`, [200, [change(2, 0)]]);
  fireEvent.click(screen.getByRole('button', { name: 'Show' }));
  expect(await screen.findByRole('heading', { name: 'Story of A1' })).toBeDefined();
});

it('says from when on a pruned history is kept', async () => {
  open(past(3, [0], { first: { seq: 2, at: '2030-04-30T10:00:00.000Z' } }));
  expect(await screen.findByText(/^The history is kept from .*2030/)).toBeDefined();
  expect(screen.getByRole('slider').getAttribute('min')).toBe('2');
});

it('says in which file the changes are that were archived', async () => {
  open(
    past(3, [0], { archived: { seq: 2, at: '2030-06-30T10:00:00.000Z', sha256: 'ab'.repeat(32) } }),
  );
  expect(
    await screen.findByText(/up to number 2 were archived in a file on .*2030.*(ab){32}$/),
  ).toBeDefined();
});
