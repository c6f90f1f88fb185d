import { act, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { EventSettings } from '@/api/types';
import { EventSettingsPage } from '@/features/organise/events/EventSettingsPage';
import { makeEventSettings } from '@/testing/eventSettings';
import { makeEvent } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const SETTINGS = 'events/7/settings/';

async function open(changes: Partial<EventSettings> = {}) {
  const server = new FakeServer();
  const event = makeEventSettings(changes);
  server.on('get me/', [200, ALICE]);
  server.on(`get ${SETTINGS}`, [200, event]);
  server.on('get events/7/', [200, makeEvent({ revision: event.revision })]);
  server.on('get events/7/categories/', [
    200,
    {
      categories: [{ id: 1, name: 'Stalls', color: '#7c3aed', price: '80.00', seats: 60 }],
      seats_without: 40,
      revision: event.revision,
    },
  ]);
  const { user, router } = renderPage(
    { '/organise/events/:eventId/settings': <EventSettingsPage /> },
    '/organise/events/7/settings',
  );
  await screen.findByRole('heading', { name: 'What and where' });
  await screen.findByRole('table');
  return { server, user, router, event };
}

function sent(server: FakeServer, call: string): unknown[] {
  return server.requests.filter((one) => one.call === call).map(({ body }) => body);
}

it('sends only what was changed', async () => {
  const { server, user, event } = await open();
  server.on(`patch ${SETTINGS}`, [200, { ...event, venue: 'Opera house', revision: 5 }]);
  expect(screen.getByLabelText('Begins')).toHaveProperty('value', '2030-05-24T19:30');
  await user.clear(screen.getByLabelText('Venue'));
  await user.type(screen.getByLabelText('Venue'), 'Opera house');
  const [save] = screen.getAllByRole('button', { name: 'Save' });
  if (save !== undefined) await user.click(save);
  await waitFor(() => {
    expect(screen.queryByText('Unsaved changes')).toBeNull();
  });
  expect(sent(server, `patch ${SETTINGS}`)).toEqual([{ venue: 'Opera house' }]);
  await screen.findByText('Saved. Everybody with tickets is told by mail.');
});

it("shows the prices of categories in the currency's own digits", async () => {
  await open({ currency: 'JPY', price: '5000.00' });
  const price = screen.getByLabelText('Price of Stalls');
  expect(price).toHaveProperty('value', '80');
  expect(price).toHaveProperty('placeholder', '5000');
});

it('names the prices that a new currency cannot express', async () => {
  const { server, user } = await open();
  server.on(`patch ${SETTINGS}`, [
    409,
    {
      error: 'These prices cannot be paid in JPY: 12.50 (Stalls).',
      code: 'prices_not_payable',
      prices: [
        { name: 'Stalls', price: '12.50' },
        { name: 'Child', price: '7.25' },
      ],
    },
  ]);
  await user.clear(screen.getByLabelText('Currency'));
  await user.type(screen.getByLabelText('Currency'), 'jpy');
  const [save] = screen.getAllByRole('button', { name: 'Save' });
  if (save !== undefined) await user.click(save);
  await screen.findByText(/Change them first: 12\.50 \(Stalls\), 7\.25 \(Child\)/);
});

it('shows a currency in which something was booked as fixed', async () => {
  await open({ is_currency_fixed: true });
  expect(screen.getByLabelText('Currency')).toHaveProperty('readOnly', true);
});

it("shows the server's errors at their fields and keeps what was entered", async () => {
  const { server, user } = await open();
  server.on(`patch ${SETTINGS}`, [
    400,
    {
      error: 'sales_close_at: It must be later than the opening.',
      code: 'invalid',
      fields: { sales_close_at: ['It must be later than the opening.'] },
      field_codes: { sales_close_at: ['invalid'] },
    },
  ]);
  const closes = screen.getByLabelText('Sale closes');
  await user.type(closes, '2030-01-01T10:00');
  const [save] = screen.getAllByRole('button', { name: 'Save' });
  if (save !== undefined) await user.click(save);
  await screen.findByText('It must be later than the opening.');
  expect(closes.getAttribute('aria-invalid')).toBe('true');
  expect(closes).toHaveProperty('value', '2030-01-01T10:00');
});

it('says who saved meanwhile, and shows theirs beside the own changes', async () => {
  const { server, user, event } = await open();
  server.on(`patch ${SETTINGS}`, [
    409,
    {
      error: 'Stale.',
      code: 'stale_event',
      revision: 5,
      edited_by: 'otto',
      edited_at: '2030-01-01T10:00:00.000Z',
    },
  ]);
  await user.type(screen.getByLabelText('Venue'), ' II');
  const [save] = screen.getAllByRole('button', { name: 'Save' });
  if (save !== undefined) await user.click(save);
  await screen.findByText(/^otto saved other changes on/);
  server.on(`get ${SETTINGS}`, [200, { ...event, name: 'Opera', revision: 5 }]);
  await user.click(screen.getByRole('button', { name: 'Show theirs, keep my changes' }));
  await waitFor(() => {
    expect(screen.getByLabelText('Name')).toHaveProperty('value', 'Opera');
  });
  expect(screen.getByLabelText('Venue')).toHaveProperty('value', 'Hall II');
  expect(screen.queryByText(/^otto saved/)).toBeNull();
});

it('shows what mail failed, and sends it again', async () => {
  const figures = { ...makeEventSettings().figures, mails_retrying: 2, mails_given_up: 1 };
  const { server, user } = await open({ figures });
  expect(screen.getByText(/^2 mails could not be delivered yet/)).toBeDefined();
  expect(screen.getByText(/^1 mail could not be delivered\. Does/)).toBeDefined();
  server.on('post events/7/mails/', [200, { success: true, message: '', count: 3 }]);
  await user.click(screen.getByRole('button', { name: 'Send again now' }));
  await screen.findByText('3 mails are sent again.');
});

it('says in numbers what cancelling does, and asks for the name', async () => {
  const figures = {
    ...makeEventSettings().figures,
    held: 2,
    sold: 5,
    bookings: 3,
    buyers: 3,
    buyers_by_mail: 2,
    refunds: 2,
    refund_total: '160.00',
    paid_later: 1,
    paid_later_total: '80.00',
  };
  const { server, user, event } = await open({ figures });
  const cancelled = { ...event, cancelled_at: '2030-01-01T10:00:00.000Z', revision: 5 };
  server.on('post events/7/cancel-event/', [
    200,
    { success: true, is_finished: true, event: cancelled },
  ]);
  await user.click(screen.getByRole('button', { name: 'Cancel this event' }));
  const dialog = await screen.findByRole('alertdialog');
  const said = within(dialog)
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent);
  expect(said).toEqual([
    '3 bookings are cancelled.',
    '2 payments are refunded: €160.00.',
    '1 booking was paid in another way: you pay back €80.00 yourself.',
    '2 held seats are released.',
    '2 of 3 buyers gave an address and get a mail.',
  ]);
  await user.click(within(dialog).getByRole('button', { name: 'Cancel this event' }));
  expect(server.writes()).toEqual([]);
  await user.type(within(dialog).getByRole('textbox'), 'Concert');
  await user.click(within(dialog).getByRole('button', { name: 'Cancel this event' }));
  await screen.findByText(/^Cancelled on/);
  expect(server.writes()).toEqual(['post events/7/cancel-event/']);
});

it('publishes a draft with seats, and not one without', async () => {
  const draft = { visibility: 'draft' as const };
  const { server, user, event } = await open(draft);
  server.on('post events/7/publish/', [200, { ...event, visibility: 'public' }]);
  await user.click(screen.getByRole('button', { name: 'Publish' }));
  const dialog = await screen.findByRole('dialog');
  within(dialog).getByText('Everyone can see it and buy at once.');
  await user.click(within(dialog).getByRole('button', { name: 'Publish' }));
  await screen.findByText(/^On sale until/);
  expect(sent(server, 'post events/7/publish/')).toEqual([
    { is_draft: false, members_only: false },
  ]);
});

it('has the categories of a plan that was put onto the event meanwhile', async () => {
  const { server, router } = await open();
  await act(() => router.navigate('/organise/plans/3'));
  await screen.findByText('another page');
  server.on('get events/7/categories/', [
    200,
    {
      categories: [{ id: 2, name: 'Circle', color: '#7c3aed', price: null, seats: 90 }],
      seats_without: 0,
      revision: 6,
    },
  ]);
  await act(() => router.navigate('/organise/events/7/settings'));
  expect(await screen.findByLabelText('Price of Circle')).toBeDefined();
  expect(screen.queryByLabelText('Price of Stalls')).toBeNull();
});

it('changes the prices of categories', async () => {
  const { server, user, event } = await open();
  server.on('put events/7/categories/', [
    200,
    {
      categories: [{ id: 1, name: 'Stalls', color: '#7c3aed', price: '90.00', seats: 60 }],
      seats_without: 40,
      revision: 5,
    },
  ]);
  server.on(`get ${SETTINGS}`, [200, { ...event, revision: 5 }]);
  const price = screen.getByLabelText('Price of Stalls');
  await user.clear(price);
  await user.type(price, '90');
  const section = within(screen.getByRole('region', { name: 'Prices by category' }));
  await user.click(section.getByRole('button', { name: 'Save' }));
  await waitFor(() => {
    expect(sent(server, 'put events/7/categories/')).toEqual([
      { categories: [{ id: 1, name: 'Stalls', color: '#7c3aed', price: '90' }] },
    ]);
  });
});
