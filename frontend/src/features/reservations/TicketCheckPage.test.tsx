import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Ticket } from '@/api/types';
import { TicketCheckPage } from '@/features/reservations/TicketCheckPage';
import { makeReservation } from '@/testing/factories';
import { FakeServer, CONNECTION_LOST } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const STEWARD = { ...ALICE, username: 'door', permissions: ['reservations.scan_ticket'] };
const CODE = 'K7QF9M2A4XWZ31TB-ABCDEFGHIJKLMNOP';
const ENTRY = `post tickets/${CODE}/entry/`;
const CHECK = `get tickets/${CODE}/`;
const TODAY = new Date().toISOString();

function makeTicket(changes: Partial<Ticket> = {}): Ticket {
  return {
    admits: true,
    reason: null,
    seat: null,
    given_up: [],
    buyer: 'carol',
    reservation: makeReservation({ date: TODAY }),
    ...changes,
  };
}

function open(me: typeof ALICE | null = STEWARD) {
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on(CHECK, [200, makeTicket()]);
  return { server, ...renderPage({ '/tickets/:code': <TicketCheckPage /> }, `/tickets/${CODE}`) };
}

it('shows that a ticket is valid, with buyer and event', async () => {
  open();
  expect(await screen.findByRole('heading', { name: 'Valid' })).toBeDefined();
  expect(screen.getByText('One person may enter. Admit them below.')).toBeDefined();
  expect(screen.getByText('carol')).toBeDefined();
  expect(screen.getByText('Stalls, row A, seat 1')).toBeDefined();
  expect(screen.getByText(/^The Late Set/)).toBeDefined();
  expect(screen.queryByText('Not today')).toBeNull();
});

it('shows that a valid ticket is for another day, and admits it only all the same', async () => {
  const { server, user } = open();
  const reservation = makeReservation({ date: '2999-12-18T21:00:00Z' });
  server.on(CHECK, [200, makeTicket({ reservation })]);
  server.on(ENTRY, [200, { success: true, message: '', admitted: [entered()] }]);
  const verdict = await screen.findByRole('heading', { name: 'Not today' });
  expect(verdict.closest('article')?.dataset['verdict']).toBe('otherDay');
  expect(screen.getByText(/^This ticket is for Wed, 18 Dec 2999/)).toBeDefined();
  expect(screen.queryByText('Valid')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Admit one' })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Admit one all the same' }));
  expect(await screen.findByRole('heading', { name: 'Admitted' })).toBeDefined();
});

it('refuses a cancelled ticket', async () => {
  const { server } = open();
  const reservation = makeReservation({ status: 'cancelled' });
  server.on(CHECK, [200, makeTicket({ admits: false, reason: 'cancelled', reservation })]);
  expect(await screen.findByRole('heading', { name: 'Cancelled' })).toBeDefined();
  expect(screen.queryByText('Valid')).toBeNull();
});

it('refuses a ticket with an unknown reason', async () => {
  const { server } = open();
  server.on(CHECK, [200, makeTicket({ admits: false })]);
  expect(await screen.findByRole('heading', { name: 'Not valid' })).toBeDefined();
});

it('shows that a code is unknown', async () => {
  const { server } = open();
  server.on(CHECK, [404, { error: 'There is no such ticket.', code: 'ticket_not_found' }]);
  expect(await screen.findByRole('heading', { name: 'Unknown ticket' })).toBeDefined();
  expect(screen.getByText(CODE)).toBeDefined();
});

it('shows a failure as neither valid nor invalid, and retries', async () => {
  const { server, user } = open();
  server.on(CHECK, [400, { error: 'Not now.', code: 'never_heard_of' }]);
  expect(await screen.findByText('Not now.')).toBeDefined();
  server.on(CHECK, [200, makeTicket()]);
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Valid' })).toBeDefined();
});

it('checks a typed code', async () => {
  const { server, router, user } = open();
  await screen.findByRole('heading', { name: 'Valid' });
  server.on('get tickets/32-BBBB/', [404, { error: 'No.', code: 'ticket_not_found' }]);
  await user.type(screen.getByLabelText('Next ticket'), ' 32-BBBB ');
  await user.click(screen.getByRole('button', { name: 'Check' }));
  expect(await screen.findByRole('heading', { name: 'Unknown ticket' })).toBeDefined();
  expect(router.state.location.pathname).toBe('/tickets/32-BBBB');
});

function entered(at = TODAY, gate = 'North') {
  return { seat_id: 100, seat_number: 'A1', at, gate };
}

it('admits, stores the gate and confirms', async () => {
  localStorage.clear();
  const { server, user } = open();
  server.on(ENTRY, [200, { success: true, message: '1 seat admitted', admitted: [entered()] }]);
  await user.type(await screen.findByLabelText('Gate'), 'North');
  await user.click(screen.getByRole('button', { name: 'Admit one' }));
  expect(await screen.findByRole('heading', { name: 'Admitted' })).toBeDefined();
  expect(screen.getByText('Let one person in: Stalls, row A, seat 1.')).toBeDefined();
  expect(screen.queryByRole('button', { name: /^Admit/ })).toBeNull();
  expect(server.requests.at(-1)).toEqual({ call: ENTRY, body: { seat_ids: [100], gate: 'North' } });
  expect(localStorage.getItem('seatcast.gate')).toBe('North');
});

it('admits part of a group', async () => {
  const { server, user } = open();
  const [first] = makeReservation().seat_details;
  if (first === undefined) throw new Error('a reservation has a seat');
  const seats = ['A1', 'A2', 'A3'].map((seat, at) => ({
    ...first,
    seat_number: seat,
    number: seat.slice(1),
    seat_id: 100 + at,
  }));
  const reservation = makeReservation({ date: TODAY, seat_details: seats });
  server.on(CHECK, [200, makeTicket({ reservation })]);
  server.on(ENTRY, [200, { success: true, message: '', admitted: [entered()] }]);
  expect(await screen.findByRole('button', { name: 'Admit 3' })).toBeDefined();
  await user.click(screen.getByRole('checkbox', { name: 'Stalls, row A, seat 2' }));
  await user.click(screen.getByRole('checkbox', { name: 'Stalls, row A, seat 3' }));
  await user.click(screen.getByRole('button', { name: 'Admit one' }));
  expect(await screen.findByRole('heading', { name: 'Admitted' })).toBeDefined();
  expect(server.requests.at(-1)?.body).toMatchObject({ seat_ids: [100] });
  // The others stay selected for later.
  expect(screen.getByRole('button', { name: 'Admit 2' })).toBeDefined();
  expect(screen.getByRole('checkbox', { name: 'Stalls, row A, seat 2' })).toBeDefined();
  expect(screen.queryByRole('checkbox', { name: 'Stalls, row A, seat 1' })).toBeNull();
});

it('shows when and where each seat was already admitted', async () => {
  const { server, user } = open();
  const [first] = makeReservation().seat_details;
  if (first === undefined) throw new Error('a reservation has a seat');
  const seats = ['1', '2', '3'].map((number, at) => ({
    ...first,
    ...{ seat_number: `A${number}`, number, seat_id: 100 + at },
  }));
  const reservation = makeReservation({ date: TODAY, seat_details: seats });
  server.on(CHECK, [200, makeTicket({ reservation })]);
  const entries = [
    entered(),
    { ...entered(), seat_id: 101, seat_number: 'A2' },
    { ...entered(TODAY, 'South'), seat_id: 102, seat_number: 'A3' },
  ];
  const refusal = { error: 'No.', code: 'already_entered', entries };
  server.on(ENTRY, [409, refusal]);
  await user.click(await screen.findByRole('button', { name: 'Admit 3' }));
  expect(await screen.findByRole('heading', { name: 'Already entered' })).toBeDefined();
  expect(
    screen.getByText(/^Stalls, row A, seats 1, 2 · .*, North; Stalls, row A, seat 3 · .*, South$/),
  ).toBeDefined();
  expect(screen.queryByRole('button', { name: /^Admit/ })).toBeNull();
});

it.each([
  ['unpaid', 'Unpaid'],
  ['lapsed', 'Lapsed'],
] as const)('shows that a ticket is %s and admits nobody', async (reason, title) => {
  const { server } = open();
  server.on(CHECK, [200, makeTicket({ admits: false, reason })]);
  expect(await screen.findByRole('heading', { name: title })).toBeDefined();
  expect(screen.queryByRole('button', { name: /^Admit/ })).toBeNull();
});

it('resends a scan with the same key after a lost response', async () => {
  const { server, user } = open();
  server.replyInTurn(ENTRY, CONNECTION_LOST);
  await user.click(await screen.findByRole('button', { name: 'Admit one' }));
  expect(await screen.findByText(/^We could not reach the box office/)).toBeDefined();
  server.on(ENTRY, [200, { success: true, message: '', admitted: [entered()] }]);
  await user.click(screen.getByRole('button', { name: 'Admit one' }));
  expect(await screen.findByRole('heading', { name: 'Admitted' })).toBeDefined();
  const keys = server.keysOf(ENTRY);
  expect(new Set(keys).size).toBe(1);
});

it('says that a booking number is no ticket', async () => {
  const { server, user } = open();
  await screen.findByRole('heading', { name: 'Valid' });
  server.on('get tickets/CRYMFEV56F1S62DG/', [404, { error: 'No.', code: 'ticket_not_found' }]);
  await user.type(screen.getByLabelText('Next ticket'), 'CRYMFEV56F1S62DG');
  await user.click(screen.getByRole('button', { name: 'Check' }));
  expect(await screen.findByText(/^This is a booking number, not a ticket/)).toBeDefined();
});

it.each([
  ['nobody', null, ['My reservations', 'Sign in']],
  ['a buyer', ALICE, ['My reservations']],
] as const)('shows %s nothing but where to go', async (_, me, ways) => {
  const { server } = open(me);
  expect(await screen.findByText('Tickets are checked at the door')).toBeDefined();
  expect(screen.getAllByRole('link').map(({ textContent }) => textContent)).toEqual(ways);
  expect(server.requests.map(({ call }) => call)).toEqual(['get me/']);
});
