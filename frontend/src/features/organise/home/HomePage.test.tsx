import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Me, Organisation } from '@/api/types';
import { HomePage } from '@/features/organise/home/HomePage';
import { makeEvent } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const CHOIR: Organisation = {
  id: 3,
  name: 'Choir',
  role: 'owner',
  permissions: ['reservations.add_event', 'reservations.view_reservation'],
};
const OWNER: Me = { ...ALICE, organisations: [{ ...CHOIR, role: 'owner' }] };
const UPCOMING = 'get events/?limit=24&managed=true&upcoming=true';
const ALL = 'get events/?limit=24&managed=true';
const SALE = makeEvent({ organisation: 3, seats_total: 1200, seats_available: 180 });

function open(me: Me | null = OWNER, organisations: Organisation[] = [CHOIR]) {
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on('get organisations/', [200, organisations]);
  server.on(UPCOMING, [200, [SALE]]);
  return { server, ...renderPage({ '/organise': <HomePage /> }, '/organise') };
}

async function findArticle(name: string): Promise<HTMLElement> {
  const link = await screen.findByRole('link', { name });
  const article = screen.getAllByRole('article').find((each) => each.contains(link));
  if (article === undefined) throw new Error(`${name} is in no article`);
  return article;
}

it('lists each sale with its state and links to its live view', async () => {
  open();
  const sale = within(await findArticle('The Late Set'));
  expect(sale.getByRole('link', { name: 'The Late Set' }).getAttribute('href')).toBe('/organise/7');
  expect(sale.getByText('On sale')).toBeDefined();
  expect(sale.getByText('1,020 of 1,200 taken')).toBeDefined();
});

it('links members who may not watch the sale to the event itself', async () => {
  const viewer = { ...CHOIR, role: 'viewer' as const, permissions: ['reservations.view_event'] };
  open({ ...ALICE, organisations: [viewer] }, [viewer]);
  const link = await screen.findByRole('link', { name: 'The Late Set' });
  expect(link.getAttribute('href')).toBe('/events/7');
});

it('shows past events on demand', async () => {
  const { server, user } = open();
  await screen.findByText('The Late Set');
  server.on(ALL, [200, [makeEvent({ id: 1, name: 'Long ago', sales: 'closed' }), makeEvent()]]);
  await user.click(screen.getByRole('checkbox', { name: 'Also events that are over' }));
  expect(await screen.findByText('Long ago')).toBeDefined();
  expect(screen.getByText('The Late Set')).toBeDefined();
});

it('links to each organisation and names the role in it', async () => {
  open();
  const card = within(await findArticle('Choir'));
  expect(card.getByRole('link').getAttribute('href')).toBe('/organise/organisations/3');
  expect(card.getByText('Owner')).toBeDefined();
});

it('guides an owner without events to the seating plans', async () => {
  const { server } = open();
  server.on(UPCOMING, [200, []]);
  const plans = await screen.findByRole('link', { name: 'To the plans' });
  expect(plans.getAttribute('href')).toBe('/organise/organisations/3/plans');
  expect(screen.getByText('Done')).toBeDefined();
});

it('creates an organisation and opens its plans', async () => {
  const newcomer = { ...ALICE, permissions: ['organisations.add_organisation'] };
  const { server, user, router } = open(newcomer, []);
  await user.click(await screen.findByRole('button', { name: 'Create organisation' }));
  server.on('post organisations/', [201, CHOIR]);
  const dialog = within(screen.getByRole('dialog', { name: 'New organisation' }));
  await user.type(dialog.getByRole('textbox', { name: 'Name' }), 'Choir');
  await user.click(dialog.getByRole('button', { name: 'Create organisation' }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe('/organise/organisations/3/plans');
  });
  const sent = server.requests.find(({ call }) => call === 'post organisations/');
  expect(sent?.body).toEqual({ name: 'Choir' });
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
