import { act, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { ForgottenPage } from '@/features/account/ForgottenPage';
import { RegisterPage } from '@/features/account/RegisterPage';
import { SignInPage } from '@/features/account/SignInPage';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

function open(path: string) {
  const server = new FakeServer();
  return {
    server,
    ...renderPage(
      {
        '/sign-in': <SignInPage />,
        '/register': <RegisterPage />,
        '/password/forgotten': <ForgottenPage />,
      },
      path,
    ),
  };
}

it('signs in and returns to the previous page', async () => {
  const { server, router, user } = open('/sign-in?next=%2Fevents%2F7');
  server.on('post login/', () => {
    server.on('get me/', [200, ALICE]);
    return [200, { success: true, user_id: 1, username: 'alice' }];
  });
  await user.type(screen.getByLabelText('Username'), 'alice');
  await user.type(screen.getByLabelText('Password'), 'secret-word');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText('another page');
  expect(router.state.location.pathname).toBe('/events/7');
  expect(server.requests.find(({ call }) => call === 'post login/')?.body).toEqual({
    username: 'alice',
    password: 'secret-word',
  });
});

it('what the history entry carries is carried on, also by way of registering', async () => {
  const { server, router, user } = open('/sign-in');
  await act(() => router.navigate('/sign-in?next=%2Fevents%2F7', { state: 'a seat' }));
  await user.click(screen.getByRole('link', { name: 'Create an account' }));
  expect(router.state.location).toMatchObject({ pathname: '/register', state: 'a seat' });
  await user.click(screen.getByRole('link', { name: 'Sign in' }));
  server.on('post login/', () => {
    server.on('get me/', [200, ALICE]);
    return [200, { success: true, user_id: 1, username: 'alice' }];
  });
  await user.type(screen.getByLabelText('Username'), 'alice');
  await user.type(screen.getByLabelText('Password'), 'secret-word');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText('another page');
  expect(router.state.location).toMatchObject({ pathname: '/events/7', state: 'a seat' });
});

it('what the history entry carries is carried on by way of a forgotten password', async () => {
  const { router, user } = open('/sign-in');
  await act(() => router.navigate('/sign-in?next=%2Fevents%2F7', { state: 'a seat' }));
  await user.click(screen.getByRole('link', { name: 'Forgot password?' }));
  expect(router.state.location).toMatchObject({ pathname: '/password/forgotten', state: 'a seat' });
  await user.click(screen.getByRole('link', { name: 'Back to sign in' }));
  expect(router.state.location).toMatchObject({ pathname: '/sign-in', state: 'a seat' });
});

it('shows why sign-in was refused', async () => {
  const { server, user } = open('/sign-in');
  server.on('post login/', [401, { error: 'Invalid credentials', code: 'invalid_credentials' }]);
  await user.type(screen.getByLabelText('Username'), 'alice');
  await user.type(screen.getByLabelText('Password'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('The username or the password is wrong.')).toBeDefined();
});

it('shows each error at its field', async () => {
  const { server, user } = open('/register');
  server.on('post register/', [
    400,
    {
      error: 'Please check the form.',
      code: 'invalid',
      fields: { username: ['A user with that username already exists.'] },
    },
  ]);
  await user.type(screen.getByLabelText('Username'), 'alice');
  await user.type(screen.getByLabelText('Password'), 'long-enough-word');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  const complaint = await screen.findByText('A user with that username already exists.');
  const field = screen.getByLabelText('Username');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(field.getAttribute('aria-describedby')).toBe(complaint.id);
  await user.type(field, '2');
  expect(field.getAttribute('aria-invalid')).toBe('false');
  expect(screen.queryByText('A user with that username already exists.')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByText('A user with that username already exists.')).toBeDefined();
});
