import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { TicketCheckPage } from '@/features/reservations/TicketCheckPage';
import type { Ticket } from '@/lib/api/types';
import { makeReservation } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const ADMIN = { ...ALICE, username: 'admin', is_staff: true };
const CODE = '31-Zk9qV2xA';
const CHECK = `get tickets/${CODE}/`;
const TODAY = new Date().toISOString();

function makeTicket(changes: Partial<Ticket> = {}): Ticket {
  return {
    admits: true,
    reason: null,
    buyer: 'carol',
    reservation: makeReservation({ date: TODAY }),
    ...changes,
  };
}

function open(me: typeof ALICE | null = ADMIN) {
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on(CHECK, [200, makeTicket()]);
  return { server, ...renderPage({ '/tickets/:code': <TicketCheckPage /> }, `/tickets/${CODE}`) };
}

it('says that a ticket is valid, for whom, and for what', async () => {
  open();
  expect(await screen.findByRole('heading', { name: 'Valid' })).toBeDefined();
  expect(screen.getByText('Let one person in.')).toBeDefined();
  expect(screen.getByText('carol')).toBeDefined();
  expect(screen.getByText('A1')).toBeDefined();
  expect(screen.getByText(/^The Late Set/)).toBeDefined();
  expect(screen.queryByText(/^Not for today/)).toBeNull();
});

it('warns when it is for another day', async () => {
  const { server } = open();
  const reservation = makeReservation({ date: '2999-12-18T21:00:00Z' });
  server.on(CHECK, [200, makeTicket({ reservation })]);
  expect(await screen.findByText(/^Not for today: it is for Wed, 18 Dec 2999/)).toBeDefined();
});

it('says that a cancelled one lets nobody in', async () => {
  const { server } = open();
  const reservation = makeReservation({ status: 'cancelled' });
  server.on(CHECK, [200, makeTicket({ admits: false, reason: 'cancelled', reservation })]);
  expect(await screen.findByRole('heading', { name: 'Cancelled' })).toBeDefined();
  expect(screen.queryByText('Valid')).toBeNull();
});

it('says no also for a reason that it does not know', async () => {
  const { server } = open();
  server.on(CHECK, [200, makeTicket({ admits: false })]);
  expect(await screen.findByRole('heading', { name: 'Not valid' })).toBeDefined();
});

it('does not know a code that is nobody’s', async () => {
  const { server } = open();
  server.on(CHECK, [404, { error: 'There is no such ticket.', code: 'ticket_not_found' }]);
  expect(await screen.findByRole('heading', { name: 'Unknown ticket' })).toBeDefined();
  expect(screen.getByText(CODE)).toBeDefined();
});

it('takes no answer for none, and asks again', async () => {
  const { server, user } = open();
  server.on(CHECK, [400, { error: 'Not now.', code: 'never_heard_of' }]);
  expect(await screen.findByText('Not now.')).toBeDefined();
  server.on(CHECK, [200, makeTicket()]);
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Valid' })).toBeDefined();
});

it('goes on with a code that was typed', async () => {
  const { server, router, user } = open();
  await screen.findByRole('heading', { name: 'Valid' });
  server.on('get tickets/32-BBBB/', [404, { error: 'No.', code: 'ticket_not_found' }]);
  await user.type(screen.getByLabelText('Next ticket'), ' 32-BBBB ');
  await user.click(screen.getByRole('button', { name: 'Check' }));
  expect(await screen.findByRole('heading', { name: 'Unknown ticket' })).toBeDefined();
  expect(router.state.location.pathname).toBe('/tickets/32-BBBB');
});

it.each([
  ['nobody', null, ['My reservations', 'Sign in']],
  ['a buyer', ALICE, ['My reservations']],
] as const)('tells %s nothing but where to go', async (_, me, ways) => {
  const { server } = open(me);
  expect(await screen.findByText('Tickets are checked at the door')).toBeDefined();
  expect(screen.getAllByRole('link').map(({ textContent }) => textContent)).toEqual(ways);
  expect(server.asked.map(({ call }) => call)).toEqual(['get me/']);
});
