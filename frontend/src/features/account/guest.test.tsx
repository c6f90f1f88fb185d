import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { AccountPage } from '@/features/account/AccountPage';
import { GuestPage } from '@/features/account/GuestPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const GUEST = {
  ...ALICE,
  username: 'guest-2345abcd',
  name: 'Zoe Moore',
  is_guest: true,
  email: 'zoe@example.org',
};
const SIGNED_IN = { success: true, user_id: 7, username: GUEST.username };

function open(path: string, me: typeof ALICE | null = null) {
  const server = new FakeServer();
  const pages = {
    '/guest': <GuestPage />,
    '/account': <AccountPage />,
    '/reservations': <p>The bookings</p>,
    '/events/1': <p>The hall</p>,
  };
  if (me !== null) server.on('get me/', [200, me]);
  return { server, ...renderPage(pages, path) };
}

function bodies(server: FakeServer, call: string): unknown[] {
  return server.requests.filter((one) => one.call === call).map(({ body }) => body);
}

it('starts as a guest and returns to the page from before', async () => {
  const { server, user } = open('/guest?next=/events/1');
  server.on('post guest/', [201, SIGNED_IN]);
  await user.type(await screen.findByLabelText('Your name'), GUEST.name);
  await user.type(screen.getByLabelText('E-mail'), GUEST.email);
  server.on('get me/', [200, GUEST]);
  await user.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByText('The hall');
  expect(bodies(server, 'post guest/')).toEqual([{ name: GUEST.name, email: GUEST.email }]);
});

it('opens the bookings of a mailed link after a click', async () => {
  const { server, user } = open('/guest?next=/reservations#uid=Nw&token=a:b');
  server.on('post guest/come-back/', [200, SIGNED_IN]);
  const button = await screen.findByRole('button', { name: 'Open my bookings' });
  expect(bodies(server, 'post guest/come-back/')).toEqual([]);
  server.on('get me/', [200, GUEST]);
  await user.click(button);
  await screen.findByText('The bookings');
  expect(bodies(server, 'post guest/come-back/')).toEqual([{ uid: 'Nw', token: 'a:b' }]);
});

it('says why a link is not valid any more', async () => {
  const { server, user } = open('/guest#uid=Nw&token=a:b');
  server.on('post guest/come-back/', [400, { error: 'No.', code: 'invalid_link' }]);
  await user.click(await screen.findByRole('button', { name: 'Open my bookings' }));
  await screen.findByText(/You may have made an account since then/);
});

it('warns somebody with an account that the link signs them out', async () => {
  open('/guest#uid=Nw&token=a:b', ALICE);
  await screen.findByText(/^You are signed in as alice/);
});

it('makes an account of a guest, who has no password to change', async () => {
  const { server, user } = open('/account', GUEST);
  server.on('get sessions/', [200, []]);
  server.on('post guest/account/', [200, { success: true, message: 'Account created' }]);
  await user.type(await screen.findByLabelText('Username'), 'zoe');
  await user.type(screen.getByLabelText('Password'), 'Zoe-likes-3');
  expect(screen.queryByRole('button', { name: 'Change password' })).toBeNull();
  server.on('get me/', [200, { ...GUEST, username: 'zoe', is_guest: false }]);
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  await screen.findByRole('button', { name: 'Change password' });
});
