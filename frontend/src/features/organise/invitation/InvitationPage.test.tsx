import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Me } from '@/api/types';
import { InvitationPage } from '@/features/organise/invitation/InvitationPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const OFFER = { organisation_id: 3, organisation: 'Choir', role: 'editor', is_accepted: false };

function open(me: Me | null = ALICE, hash = '#token=abc') {
  const server = new FakeServer();
  if (me !== null) server.on('get me/', [200, me]);
  server.on('post invitations/check/', [200, OFFER]);
  const pages = { '/organise/invitations': <InvitationPage /> };
  return { server, ...renderPage(pages, `/organise/invitations${hash}`) };
}

it('says which account accepts, and accepts on a click only', async () => {
  const { server, user, router } = open();
  const accept = await screen.findByRole('button', { name: 'Accept as alice' });
  expect(screen.getByRole('heading', { name: 'Choir invites you' })).toBeDefined();
  expect(screen.getByText(/^You would be: Editor\./)).toBeDefined();
  // The token does not stay in the history.
  expect(router.state.location.hash).toBe('');
  expect(server.requests.some(({ call }) => call === 'post invitations/accept/')).toBe(false);
  const choir = { id: 3, name: 'Choir', role: 'editor', permissions: [] };
  server.on('post invitations/accept/', [200, choir]);
  await user.click(accept);
  await waitFor(() => {
    expect(router.state.location.pathname).toBe('/organise/organisations/3');
  });
  const sent = server.requests.find(({ call }) => call === 'post invitations/accept/');
  expect(sent?.body).toEqual({ token: 'abc' });
});

it('asks anonymous visitors to sign in, without showing the token to the server', async () => {
  const { server } = open(null);
  const link = await screen.findByRole('link', { name: 'Sign in' });
  expect(link.getAttribute('href')).toBe('/sign-in?next=%2Forganise%2Finvitations');
  expect(server.requests.map(({ call }) => call)).not.toContain('post invitations/check/');
});

it('says why an invitation cannot be accepted', async () => {
  const { server } = open();
  const refusal = { code: 'invitation_expired', error: 'Expired' };
  server.on('post invitations/check/', [409, refusal]);
  expect(await screen.findByText('This invitation cannot be accepted')).toBeDefined();
  expect(screen.getByText('This invitation has expired. Ask for another one.')).toBeDefined();
});

it('says that a link without token is not complete', async () => {
  open(ALICE, '');
  expect(await screen.findByText('This link is not complete')).toBeDefined();
});
