import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { SalesPage } from '@/features/organise/SalesPage';
import { makeEvent } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const ADMIN = { ...ALICE, username: 'admin', permissions: ['reservations.view_reservation'] };
const UPCOMING = 'get events/?limit=24&upcoming=true';
const ALL = 'get events/?limit=24';

function open(me: typeof ALICE | null = ADMIN) {
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on(UPCOMING, [200, [makeEvent({ seats_total: 1200, seats_available: 180 })]]);
  return { server, ...renderPage({ '/organise': <SalesPage /> }, '/organise') };
}

it('lists each sale with its state and links to its live view', async () => {
  open();
  const sale = within(await screen.findByRole('article'));
  expect(sale.getByRole('link', { name: 'The Late Set' }).getAttribute('href')).toBe('/organise/7');
  expect(sale.getByText('On sale')).toBeDefined();
  expect(sale.getByText('1,020 of 1,200 taken')).toBeDefined();
});

it('shows past events on demand', async () => {
  const { server, user } = open();
  await screen.findByText('The Late Set');
  server.on(ALL, [200, [makeEvent({ id: 1, name: 'Long ago', sales: 'closed' }), makeEvent()]]);
  await user.click(screen.getByRole('checkbox', { name: 'Also events that are over' }));
  expect(await screen.findByText('Long ago')).toBeDefined();
  expect(screen.getByText('The Late Set')).toBeDefined();
});

it.each([
  ['nobody', null, 'Sign in', '/sign-in?next=%2Forganise'],
  ['a buyer', ALICE, 'See all events', '/'],
] as const)('shows %s whom the page is for and where to go', async (_, me, way, path) => {
  const { server } = open(me);
  expect(await screen.findByText('This page is for organisers')).toBeDefined();
  expect(screen.getByRole('link', { name: way }).getAttribute('href')).toBe(path);
  expect(server.requests.map(({ call }) => call)).toEqual(['get me/']);
});
