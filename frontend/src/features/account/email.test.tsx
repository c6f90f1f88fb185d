import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { AccountPage } from '@/features/account/AccountPage';
import { ConfirmEmailPage } from '@/features/account/ConfirmEmailPage';
import { SignInPage } from '@/features/account/SignInPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const DONE = [200, { success: true, message: 'Done.' }] as const;
const EMAIL = 'alice@example.org';

function open(path: string, me: Partial<typeof ALICE> | null = null) {
  const server = new FakeServer();
  const pages = {
    '/account': <AccountPage />,
    '/email/confirm': <ConfirmEmailPage />,
    '/sign-in': <SignInPage />,
  };
  const opened = { server, ...renderPage(pages, path) };
  if (me !== null) server.on('get me/', [200, { ...ALICE, ...me }]);
  return opened;
}

it.each([
  [{}, /^None given/],
  [{ email: EMAIL }, /^alice@example\.org is not confirmed yet/],
  [{ email: EMAIL, email_verified: true }, 'alice@example.org is confirmed.'],
  [
    { email: 'old@example.org', email_verified: true, new_email: EMAIL },
    /^alice@example\.org takes/,
  ],
])('shows the status of the address %j', async (me, sentence) => {
  open('/account', me);
  expect(await screen.findByText(sentence)).toBeDefined();
});

it('offers another email only while an address is unconfirmed', async () => {
  open('/account', { email: EMAIL, email_verified: true });
  await screen.findByText('alice@example.org is confirmed.');
  expect(screen.queryByRole('button', { name: 'Send the link again' })).toBeNull();
});

it('sends another email and shows when it was throttled', async () => {
  const { server, user } = open('/account', { email: EMAIL });
  server.replyInTurn('post email/verify/', DONE, [
    429,
    { error: 'No.', code: 'throttled' },
    { 'retry-after': '72000' },
  ]);
  const button = await screen.findByRole('button', { name: 'Send the link again' });
  await user.click(button);
  await within(screen.getByRole('status')).findByText(
    /^A link is on its way to alice@example\.org/,
  );
  await user.click(button);
  await screen.findByText('Too many tries. Try again in 20 hours.');
});

it('requests a new address with the password and shows it as pending', async () => {
  const { server, user } = open('/account', { email: 'old@example.org', email_verified: true });
  server.replyInTurn(
    'post email/change/',
    [400, { error: 'No.', code: 'invalid', fields: { password: ['Wrong.'] } }],
    DONE,
  );
  await user.click(await screen.findByText('Change the address'));
  const card = within(screen.getByRole('region', { name: 'E-mail' }));
  await user.type(card.getByLabelText('New e-mail address'), EMAIL);
  await user.type(card.getByLabelText('Your password'), 'my-long-password');
  await user.click(card.getByRole('button', { name: 'Send the link' }));
  await card.findByText('Wrong.');
  server.on('get me/', [
    200,
    { ...ALICE, email: 'old@example.org', email_verified: true, new_email: EMAIL },
  ]);
  await user.click(card.getByRole('button', { name: 'Send the link' }));
  await screen.findByText(/^alice@example\.org takes its place/);
  expect(server.requests.find(({ call }) => call === 'post email/change/')?.body).toEqual({
    email: EMAIL,
    password: 'my-long-password',
  });
});

it('confirms an address on click and not on load', async () => {
  const { server, user, router } = open('/email/confirm#uid=Mg&token=c0-ffee', {});
  server.on('post email/confirm/', DONE);
  await screen.findByText(/to the account alice\./);
  const button = await screen.findByRole('button', { name: 'Confirm this address' });
  expect(router.state.location).toMatchObject({ hash: '', pathname: '/email/confirm' });
  expect(server.writes()).toEqual([]);
  await user.click(button);
  const heading = await screen.findByRole('heading', { name: 'Your address is confirmed' });
  expect(document.activeElement).toBe(heading);
  expect(server.requests.find(({ call }) => call === 'post email/confirm/')?.body).toEqual({
    uid: 'Mg',
    token: 'c0-ffee',
  });
});

it('confirms nothing for who is not signed in, and says that it may be a stranger', async () => {
  const { server } = open('/email/confirm#uid=Mg&token=c0-ffee');
  await screen.findByText(/a stranger gave your address/);
  expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(
    '/sign-in?next=%2Femail%2Fconfirm',
  );
  expect(server.writes()).toEqual([]);
});

it('shows that a link is invalid or incomplete', async () => {
  const { server, user } = open('/email/confirm#uid=Mg&token=used', {});
  server.on('post email/confirm/', [400, { error: 'No.', code: 'invalid_link' }]);
  await user.click(await screen.findByRole('button', { name: 'Confirm this address' }));
  await screen.findByText(/^This link is not good any more/);
});

it('shows that the link is incomplete', async () => {
  open('/email/confirm#uid=Mg');
  await screen.findByRole('heading', { name: 'This link is incomplete' });
});

it("offers the password reset to users throttled by others' attempts", async () => {
  const { server, user } = open('/sign-in?next=%2Fevents%2F7');
  server.replyInTurn(
    'post login/',
    [429, { error: 'No.', code: 'throttled' }, { 'retry-after': '60' }],
    [429, { error: 'No.', code: 'throttled' }, { 'retry-after': '3000' }],
  );
  await user.type(screen.getByLabelText('Username'), 'alice');
  await user.type(screen.getByLabelText('Password'), 'my-long-password');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText('Too many tries. Try again in 60 seconds.');
  expect(screen.queryByText(/Too many wrong passwords/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  const link = await screen.findByRole('link', { name: 'Choose a new password by mail' });
  expect(link.getAttribute('href')).toBe('/password/forgotten?next=%2Fevents%2F7');
});
