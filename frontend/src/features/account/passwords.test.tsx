import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { AccountPage } from '@/features/account/AccountPage';
import { ForgottenPage } from '@/features/account/ForgottenPage';
import { ResetPage } from '@/features/account/ResetPage';
import { NO_FACTORS } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const DONE = [200, { success: true, message: 'Done.' }] as const;

function open(path: string) {
  const server = new FakeServer();
  const pages = {
    '/account': <AccountPage />,
    '/password/forgotten': <ForgottenPage />,
    '/password/reset': <ResetPage />,
  };
  return { server, ...renderPage(pages, path) };
}

function openAccount() {
  const opened = open('/account');
  opened.server.on('get me/', [200, ALICE]);
  opened.server.on('get second-factor/', [200, NO_FACTORS]);
  opened.server.on('get sessions/', [200, []]);
  return opened;
}

it('shows the same result whether or not the address exists', async () => {
  const { server, user } = open('/password/forgotten?next=%2Fevents%2F7');
  server.on('post password/reset/', DONE);
  await user.type(screen.getByLabelText('E-mail'), 'alice@example.org');
  await user.click(screen.getByRole('button', { name: 'Send the link' }));
  const heading = await screen.findByRole('heading', { name: 'Look into your mail' });
  expect(document.activeElement).toBe(heading);
  expect(screen.getByText(/^If there is an account with alice@example\.org/)).toBeDefined();
  expect(screen.getByRole('link', { name: 'Back to sign in' }).getAttribute('href')).toBe(
    '/sign-in?next=%2Fevents%2F7',
  );
});

it('removes the token from the URL at once and uses it once', async () => {
  const { server, user, router } = open('/password/reset#uid=Mg&token=c0-ffee');
  expect(await screen.findByRole('heading', { name: 'Choose a new password' })).toBeDefined();
  expect(router.state.location).toMatchObject({ hash: '', pathname: '/password/reset' });
  expect(router.state.historyAction).toBe('REPLACE');
  server.replyInTurn(
    'post password/reset/confirm/',
    [400, { error: 'No.', code: 'invalid', fields: { password: ['Too common.'] } }],
    DONE,
  );
  await user.type(screen.getByLabelText('New password'), 'passwords');
  await user.click(screen.getByRole('button', { name: 'Save password' }));
  await screen.findByText('Too common.');
  await user.type(screen.getByLabelText('New password'), '-of-mine');
  await user.click(screen.getByRole('button', { name: 'Save password' }));
  await screen.findByRole('heading', { name: 'Your password is changed' });
  const [, asked] = server.requests.filter(({ call }) => call === 'post password/reset/confirm/');
  expect(asked?.body).toEqual({ uid: 'Mg', token: 'c0-ffee', password: 'passwords-of-mine' });
});

it.each(['', '#', '#uid=Mg', '#token=x', '#uid=&token='])(
  'requests another link after %j',
  async (hash) => {
    open(`/password/reset${hash}`);
    await screen.findByRole('heading', { name: 'This link is incomplete' });
    expect(screen.getByRole('link', { name: 'Ask for another link' }).getAttribute('href')).toBe(
      '/password/forgotten',
    );
  },
);

it('shows that a link was already used', async () => {
  const { server, user } = open('/password/reset#uid=Mg&token=used');
  server.on('post password/reset/confirm/', [400, { error: 'No.', code: 'invalid_link' }]);
  await user.type(screen.getByLabelText('New password'), 'passwords-of-mine');
  await user.click(screen.getByRole('button', { name: 'Save password' }));
  await screen.findByText(/^This link is not good any more/);
});

it('changes the password and shows a wrong one at its field', async () => {
  const { server, user } = openAccount();
  server.replyInTurn(
    'post password/change/',
    [400, { error: 'No.', code: 'invalid', fields: { old_password: ['Wrong.'] } }],
    DONE,
  );
  const old = await screen.findByLabelText('Current password');
  await user.type(old, 'wrong-word');
  await user.type(screen.getByLabelText('New password'), 'passwords-of-mine');
  await user.click(screen.getByRole('button', { name: 'Change password' }));
  await screen.findByText('Wrong.');
  expect(old.getAttribute('aria-invalid')).toBe('true');
  await user.click(screen.getByRole('button', { name: 'Change password' }));
  await within(screen.getByRole('status')).findByText(/^Your password is changed/);
  expect(old).toHaveProperty('value', '');
});

it('signs out everywhere, including here', async () => {
  const { server, user, router } = openAccount();
  server.on('post logout/everywhere/', DONE);
  await user.click(await screen.findByRole('button', { name: 'Sign out everywhere' }));
  await screen.findByText('another page');
  expect(router.state.location.pathname).toBe('/sign-in');
});
