import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { SecondFactor } from '@/api/types';
import { AccountPage } from '@/features/account/AccountPage';
import { SignInPage } from '@/features/account/SignInPage';
import { NO_FACTORS } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const DONE = [200, { success: true, message: 'Done.' }] as const;
const WITH_APP: SecondFactor = {
  ...NO_FACTORS,
  totp: { created_at: '2026-11-01T10:00:00Z', used_at: null },
  recovery_codes_left: 10,
};
const SESSION = {
  id: 'here',
  kind: 'session',
  device: 'Firefox, Linux',
  network: '10.0.0.1',
  started_at: '2026-11-01T10:00:00Z',
  seen_at: '2026-11-02T10:00:00Z',
  is_current: true,
};

beforeEach(() => {
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => '', revokeObjectURL: () => '' }),
  );
});

function openAccount(factors: SecondFactor = NO_FACTORS) {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get second-factor/', [200, factors]);
  server.on('get sessions/', [200, [SESSION]]);
  return { server, ...renderPage({ '/account': <AccountPage /> }, '/account') };
}

async function openSecondStep(methods: readonly string[], more: object = {}) {
  const server = new FakeServer();
  const opened = renderPage({ '/sign-in': <SignInPage /> }, '/sign-in');
  server.on('post login/', [
    401,
    { error: 'No.', code: 'second_factor_required', challenge: 'c-1', methods, ...more },
  ]);
  await opened.user.type(screen.getByLabelText('Username'), 'alice');
  await opened.user.type(screen.getByLabelText('Password'), 'secret-word');
  await opened.user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByRole('heading', { name: 'One more step' });
  return { server, ...opened };
}

async function givePassword(user: ReturnType<typeof openAccount>['user'], button: string) {
  const dialog = within(screen.getByRole('dialog'));
  await user.type(dialog.getByLabelText('Password'), 'secret-word');
  await user.click(dialog.getByRole('button', { name: button }));
}

it("asks for an app's code after the password and signs in", async () => {
  const { server, user } = await openSecondStep(['totp', 'recovery_code']);
  server.replyInTurn(
    'post login/second-factor/',
    [401, { error: 'No.', code: 'invalid_code' }],
    [200, { success: true, user_id: 1, username: 'alice' }],
  );
  const code = screen.getByLabelText('Six-digit code');
  expect(document.activeElement).toBe(code);
  await user.type(code, '123456');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText(/^This code is not right/);
  server.on('get me/', [200, ALICE]);
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText('another page');
  expect(server.requests.find(({ call }) => call === 'post login/second-factor/')?.body).toEqual({
    challenge: 'c-1',
    method: 'totp',
    code: '123456',
  });
});

it('accepts a recovery code, and restarts from the password', async () => {
  const { server, user } = await openSecondStep(['totp', 'recovery_code']);
  server.on('post login/second-factor/', [401, { error: 'No.', code: 'challenge_over' }]);
  await user.click(screen.getByRole('button', { name: 'Use a recovery code' }));
  await user.type(screen.getByLabelText('Recovery code'), 'ABCD-EFGH');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText(/^This took too long/);
  await user.click(screen.getByRole('button', { name: 'Start again' }));
  expect(await screen.findByLabelText('Password')).toBeDefined();
});

it("replaces the browser's passkey error by our own message", async () => {
  const { user } = await openSecondStep(['passkey', 'recovery_code'], { passkey: {} });
  await user.click(screen.getByRole('button', { name: 'Use a passkey' }));
  await screen.findByText(/^No passkey was given/);
});

it('sets up an app: password, QR code, first code, recovery codes', async () => {
  const { server, user } = openAccount();
  server.on('post second-factor/totp/', [200, { secret: 'ABC234', uri: 'otpauth://totp/x' }]);
  server.on('post second-factor/totp/confirm/', [
    200,
    { success: true, message: 'Done.', recovery_codes: ['AAAA-BBBB', 'CCCC-DDDD'] },
  ]);
  await user.click(await screen.findByRole('button', { name: 'Set up an app' }));
  await givePassword(user, 'Continue');
  expect(
    await screen.findByRole('img', { name: 'QR code for your authenticator app' }),
  ).toBeDefined();
  expect(screen.getByText('ABC234')).toBeDefined();
  server.on('get second-factor/', [200, WITH_APP]);
  await user.type(screen.getByLabelText('Six-digit code'), '123456');
  await user.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByText('CCCC-DDDD')).toBeDefined();
  await user.keyboard('{Escape}');
  expect(screen.getByText('CCCC-DDDD')).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'I have kept them' }));
  expect(await screen.findByRole('button', { name: 'Remove Authenticator app' })).toBeDefined();
});

it('shows a wrong password at its field and removes the app with the right one', async () => {
  const { server, user } = openAccount(WITH_APP);
  server.replyInTurn(
    'post second-factor/totp/remove/',
    [400, { error: 'No.', code: 'invalid', fields: { password: ['Wrong.'] } }],
    DONE,
  );
  await user.click(await screen.findByRole('button', { name: 'Remove Authenticator app' }));
  await givePassword(user, 'Remove');
  await screen.findByText('Wrong.');
  server.on('get second-factor/', [200, NO_FACTORS]);
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Remove' }));
  await within(screen.getByRole('status')).findByText('Removed.');
  await screen.findByRole('button', { name: 'Set up an app' });
});

it('lists the sessions and ends one', async () => {
  const { server, user } = openAccount();
  const there = { ...SESSION, id: 'there/1', device: '', is_current: false };
  server.on('get sessions/', [200, [SESSION, there]]);
  server.on('delete sessions/there%2F1/', DONE);
  const button = await screen.findByRole('button', { name: 'Sign out Unknown device, 10.0.0.1' });
  expect(screen.getAllByRole('button', { name: /^Sign out (?!everywhere)/ })).toEqual([button]);
  server.on('get sessions/', [200, [SESSION]]);
  await user.click(button);
  await waitFor(() => {
    expect(screen.queryByText('Unknown device')).toBeNull();
  });
});

it('erases the account after asking about upcoming tickets', async () => {
  const { server, user, router } = openAccount();
  server.replyInTurn(
    'post me/erase/',
    [409, { error: 'No.', code: 'upcoming_bookings', bookings: [{ id: 1 }] }],
    DONE,
  );
  await user.click(await screen.findByRole('button', { name: 'Delete my account' }));
  await givePassword(user, 'Delete my account');
  await user.click(await screen.findByRole('checkbox', { name: /^I keep my tickets/ }));
  await user.click(
    within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete my account' }),
  );
  expect(await screen.findByRole('heading', { name: 'Your account is deleted.' })).toBeDefined();
  expect(router.state.location.pathname).toBe('/account');
  const asked = server.requests.filter(({ call }) => call === 'post me/erase/');
  expect(asked.map(({ body }) => body)).toEqual([
    { password: 'secret-word', keep_tickets: false },
    { password: 'secret-word', keep_tickets: true },
  ]);
});
