import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { TicketType } from '@/api/types';
import { EventSettingsPage } from '@/features/organise/events/EventSettingsPage';
import { makeEventSettings } from '@/testing/eventSettings';
import { makeEvent } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const EDIT = 'put events/7/ticket-types/';
const CHILD: TicketType = { id: 3, name: 'Child', prices: [{ category: 1, price: '20.00' }] };
const SENIOR: TicketType = { id: 4, name: 'Senior', prices: [] };

interface Scene {
  readonly types?: TicketType[];
  readonly currency?: string;
  readonly without?: number;
}

function serve(server: FakeServer, revision: number, { types = [], currency, without }: Scene) {
  const event = makeEventSettings({ revision, currency: currency ?? 'EUR' });
  server.on('get me/', [200, ALICE]);
  server.on('get events/7/settings/', [200, event]);
  server.on('get events/7/', [200, makeEvent({ id: 7, revision, ticket_types: types })]);
  const categories = [{ id: 1, name: 'Stalls', color: '#7c3aed', price: '80.00', seats: 60 }];
  server.on('get events/7/categories/', [
    200,
    { categories, seats_without: without ?? 40, revision },
  ]);
}

async function open(scene: Scene = {}) {
  const server = new FakeServer();
  serve(server, 4, scene);
  const { user } = renderPage(
    { '/organise/events/:eventId/settings': <EventSettingsPage /> },
    '/organise/events/7/settings',
  );
  const section = within(await screen.findByRole('region', { name: 'Ticket types' }));
  const add = await section.findByRole('button', { name: 'Add a ticket type' });
  const save = () => user.click(section.getByRole('button', { name: 'Save' }));
  return { server, user, section, add, save };
}

function sent(server: FakeServer): unknown[] {
  return server.requests.filter(({ call }) => call === EDIT).map(({ body }) => body);
}

it('adds a ticket type, which is not sold where its price is empty', async () => {
  const { server, user, section, add, save } = await open({ types: [CHILD] });
  await user.click(add);
  await user.type(section.getByLabelText('Name of ticket type 2'), 'Senior');
  await user.type(section.getByLabelText('Price of Senior: Without category'), '12,50');
  server.on(EDIT, () => {
    const senior = { ...SENIOR, prices: [{ category: null, price: '12.50' }] };
    serve(server, 5, { types: [CHILD, senior] });
    return [200, []];
  });
  await save();
  await waitFor(() => {
    expect(section.queryByRole('button', { name: 'Discard' })).toBeNull();
  });
  expect(sent(server)).toEqual([
    {
      ticket_types: [
        { id: 3, name: 'Child', prices: [{ category: 1, price: '20.00' }] },
        { name: 'Senior', prices: [{ category: null, price: '12.50' }] },
      ],
    },
  ]);
  expect(section.getAllByRole('row')).toHaveLength(3);
  await user.type(section.getByLabelText('Name of ticket type 2'), 's');
  await save();
  expect(sent(server)[1]).toMatchObject({ ticket_types: [{ id: 3 }, { id: 4, name: 'Seniors' }] });
});

it('reorders and removes ticket types, and keeps the focus', async () => {
  const { server, user, section, add, save } = await open({ types: [CHILD, SENIOR] });
  server.on(EDIT, [200, []]);
  const down = section.getByRole('button', { name: 'Move Child down' });
  await user.click(down);
  const moved = section.getByRole('button', { name: 'Move Child down' });
  expect(document.activeElement).toBe(moved);
  expect(moved.getAttribute('aria-disabled')).toBe('true');
  expect(section.getByLabelText('Name of ticket type 2')).toHaveProperty('value', 'Child');
  await save();
  expect(sent(server)[0]).toMatchObject({ ticket_types: [{ id: 4 }, { id: 3 }] });
  await user.click(section.getByRole('button', { name: 'Remove Child' }));
  expect(document.activeElement).toBe(add);
  await user.click(section.getByRole('button', { name: 'Discard' }));
  expect(section.getByLabelText('Name of ticket type 1')).toHaveProperty('value', 'Child');
});

it("shows the server's errors at their cells and keeps what was entered", async () => {
  const { server, user, section, save } = await open({ types: [CHILD, SENIOR] });
  const price = section.getByLabelText('Price of Senior: Without category');
  await user.type(price, 'ten');
  const name = section.getByLabelText('Name of ticket type 1');
  await user.clear(name);
  server.on(EDIT, [
    400,
    {
      error: 'ticket_types.1.prices.0.price: A valid number is required.',
      code: 'invalid',
      fields: {
        'ticket_types.1.prices.0.price': ['A valid number is required.'],
        'ticket_types.0.name': ['This field may not be blank.'],
      },
      field_codes: {
        'ticket_types.1.prices.0.price': ['invalid'],
        'ticket_types.0.name': ['blank'],
      },
    },
  ]);
  await save();
  const note = await section.findByText('Give an amount such as 80.00.');
  expect(price.getAttribute('aria-invalid')).toBe('true');
  expect(price.getAttribute('aria-describedby')).toBe(note.id);
  expect(price).toHaveProperty('value', 'ten');
  expect(name.getAttribute('aria-invalid')).toBe('true');
  section.getByText('This cannot be empty.');
  expect(section.getByLabelText('Name of ticket type 2').getAttribute('aria-invalid')).toBe(
    'false',
  );
});

it('says who saved meanwhile, and shows theirs beside the own changes', async () => {
  const { server, user, section, save } = await open({ types: [CHILD] });
  await user.type(section.getByLabelText('Price of Child: Without category'), '9');
  server.on(EDIT, () => {
    const prices = [{ category: 1, price: '25.00' }];
    serve(server, 5, { types: [{ ...CHILD, prices }, SENIOR] });
    const edited = { edited_by: 'otto', edited_at: '2030-01-01T10:00:00.000Z' };
    return [409, { error: 'Stale.', code: 'stale_event', revision: 5, ...edited }];
  });
  await save();
  await section.findByText(/^otto saved other changes on/);
  await user.click(section.getByRole('button', { name: 'Show theirs, keep my changes' }));
  await waitFor(() => {
    expect(section.getByLabelText('Price of Child: Stalls')).toHaveProperty('value', '25.00');
  });
  expect(section.getByLabelText('Price of Child: Without category')).toHaveProperty('value', '9');
  expect(section.getByLabelText('Name of ticket type 2')).toHaveProperty('value', 'Senior');
  server.on(EDIT, [200, []]);
  await save();
  expect(sent(server)[1]).toMatchObject({ ticket_types: [{ id: 3 }, { id: 4 }] });
});

it('keeps a ticket type that is added while the others load again', async () => {
  const { server, user, section, add } = await open({ types: [CHILD] });
  await user.click(add);
  await user.type(section.getByLabelText('Name of ticket type 2'), 'Senior');
  serve(server, 5, { types: [{ ...CHILD, name: 'Children' }] });
  server.on('put events/7/categories/', [
    200,
    {
      categories: [{ id: 1, name: 'Stalls', color: '#7c3aed', price: '90.00', seats: 60 }],
      seats_without: 40,
      revision: 5,
    },
  ]);
  const prices = within(screen.getByRole('region', { name: 'Prices by category' }));
  await user.type(prices.getByLabelText('Price of Stalls'), '9');
  await user.click(prices.getByRole('button', { name: 'Save' }));
  await waitFor(() => {
    expect(section.getByLabelText('Name of ticket type 1')).toHaveProperty('value', 'Children');
  });
  expect(section.getByLabelText('Name of ticket type 2')).toHaveProperty('value', 'Senior');
});

it('has a column for seats without a category only if there are some', async () => {
  const { section } = await open({ types: [CHILD], without: 0 });
  const titles = section.getAllByRole('columnheader').map(({ textContent }) => textContent);
  expect(titles).toEqual(['Ticket type', 'StallsStandard €80.00']);
});

it('writes prices with the decimals of the currency', async () => {
  const { section } = await open({ types: [CHILD], currency: 'JPY' });
  expect(section.getByLabelText('Price of Child: Stalls')).toHaveProperty('value', '20');
});
