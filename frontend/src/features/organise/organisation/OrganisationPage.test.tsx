import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Invitation, Me, Member, Organisation } from '@/api/types';
import { OrganisationPage } from '@/features/organise/organisation/OrganisationPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const CHOIR: Organisation = {
  id: 3,
  name: 'Choir',
  role: 'owner',
  permissions: [
    'reservations.view_event',
    'organisations.change_organisation',
    'reservations.add_event',
  ],
};
const OWNER: Me = { ...ALICE, organisations: [{ ...CHOIR, role: 'owner' }] };
const MEMBERS: Member[] = [
  { user_id: 1, username: 'alice', role: 'owner' },
  { user_id: 2, username: 'bob', role: 'editor' },
];
const INVITATION: Invitation = {
  id: 9,
  email: 'zoe@example.com',
  role: 'door',
  invited_by: 'alice',
  created_at: '2026-11-23T10:00:00Z',
  expires_at: '2026-11-30T10:00:00Z',
  is_expired: false,
};

function open(organisation: Organisation = CHOIR, path = '/organise/organisations/3/members') {
  const server = new FakeServer();
  server.on('get me/', [200, OWNER]);
  server.on('get organisations/3/', [200, organisation]);
  server.on('get organisations/3/members/', [200, MEMBERS]);
  server.on('get organisations/3/invitations/', [200, [INVITATION]]);
  const pages = { '/organise/organisations/:organisationId/:tab?': <OrganisationPage /> };
  return { server, ...renderPage(pages, path) };
}

it('changes the role of another member', async () => {
  const { server, user } = open();
  const role = await screen.findByRole('combobox', { name: 'Role of bob' });
  server.on('patch organisations/3/members/2/', [200, { ...MEMBERS[1], role: 'door' }]);
  await user.selectOptions(role, 'Door');
  expect(await screen.findByText('bob is Door now.')).toBeDefined();
  const sent = server.requests.find(({ call }) => call.startsWith('patch'));
  expect(sent?.body).toEqual({ role: 'door' });
});

it('asks before an owner gives up the role, and says why the last one cannot', async () => {
  const { server, user } = open();
  const role = await screen.findByRole('combobox', { name: 'Role of alice' });
  await user.selectOptions(role, 'Viewer');
  const dialog = within(screen.getByRole('alertdialog', { name: 'Give up being an owner?' }));
  expect(server.requests.some(({ call }) => call.startsWith('patch'))).toBe(false);
  server.on('patch organisations/3/members/1/', [409, { code: 'last_owner', error: 'No' }]);
  await user.click(dialog.getByRole('button', { name: 'Give it up' }));
  expect(await dialog.findByText(/^An organisation always has an owner/)).toBeDefined();
});

it('removes a member after a question', async () => {
  const { server, user } = open();
  await user.click(await screen.findByRole('button', { name: 'Remove bob' }));
  const dialog = within(screen.getByRole('alertdialog', { name: 'Remove bob?' }));
  server.on('delete organisations/3/members/2/', [200, { success: true, message: 'Removed' }]);
  await user.click(dialog.getByRole('button', { name: 'Remove' }));
  expect(await screen.findByText('bob is removed.')).toBeDefined();
});

it('invites by mail and lists what is open', async () => {
  const { server, user } = open();
  const list = within(await screen.findByRole('list', { name: 'Open invitations' }));
  expect(list.getByText(/^Door · by alice · good until/)).toBeDefined();
  server.on('post organisations/3/invitations/', [201, INVITATION]);
  await user.type(screen.getByRole('textbox', { name: 'E-mail address' }), 'zoe@example.com');
  await user.selectOptions(screen.getByRole('combobox', { name: 'Role' }), 'Door');
  await user.click(screen.getByRole('button', { name: 'Send invitation' }));
  expect(await screen.findByText('An invitation is on its way to zoe@example.com.')).toBeDefined();
  const sent = server.requests.find(({ call }) => call.startsWith('post'));
  expect(sent?.body).toEqual({ email: 'zoe@example.com', role: 'door' });
});

it('shows others than owners the roles, and only a way to leave', async () => {
  const { server } = open({ ...CHOIR, role: 'editor', permissions: ['reservations.view_event'] });
  expect(await screen.findByRole('cell', { name: /^Editor/ })).toBeDefined();
  expect(screen.queryByRole('combobox')).toBeNull();
  expect(screen.queryByRole('button', { name: /^Remove/ })).toBeNull();
  expect(screen.getByRole('button', { name: 'Leave' })).toBeDefined();
  expect(server.requests.some(({ call }) => call.includes('invitations'))).toBe(false);
});

it('leads those who only check tickets to the ticket check, not to events they may not see', async () => {
  const steward = { ...CHOIR, role: 'door' as const, permissions: ['reservations.scan_ticket'] };
  const { server } = open(steward, '/organise/organisations/3');
  const check = await screen.findByRole('link', { name: 'Door' });
  expect(check.getAttribute('href')).toBe('/tickets');
  expect(screen.getAllByRole('tab').map(({ textContent }) => textContent)).toEqual(['Members']);
  expect(server.requests.some(({ call }) => call.includes('events'))).toBe(false);
});

it('keeps the tab in the address', async () => {
  const { user, router } = open();
  await user.click(await screen.findByRole('tab', { name: 'Plans' }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe('/organise/organisations/3/plans');
  });
  expect(screen.getByRole('tab', { name: 'Plans' }).getAttribute('aria-selected')).toBe('true');
});

it('says so if there is no such organisation', async () => {
  const { server } = open(CHOIR, '/organise/organisations/4');
  server.on('get organisations/4/', [404, { code: 'organisation_not_found', error: 'None' }]);
  expect(await screen.findByText('There is no such organisation')).toBeDefined();
});
