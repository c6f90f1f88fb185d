import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { takePick } from '@/features/seats/pickBeforeSignIn';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { lockedSeat, openHolding, seatButton } from '@/testing/selectorHarness';

const NOBODY = [401, { error: 'Sign in first.', code: 'not_authenticated' }] as const;

it('tells a user whose session expired, with a link back to the seats, and remembers the seat', async () => {
  const { server, user, router } = await openHolding(lockedSeat(0));
  server.on('get me/', NOBODY);
  server.on('post events/7/seats/101/lock/', NOBODY);
  await user.click(seatButton('A2'));
  const notice = await screen.findByRole('alert');
  expect(notice.textContent).toMatch(/^You have been signed out\. Seats that you hold stay yours/);
  await user.click(screen.getByRole('link', { name: 'sign in again' }));
  expect(router.state.location.search).toBe('?next=%2Fevents%2F7');
  expect(router.state.location.state).toMatch(/"seatId":101/);
  expect(takePick(7)).toBe(101);
});

it("checks the session before it believes a socket's 4401", async () => {
  const { server, socket } = await openHolding(lockedSeat(0));
  socket.drop(4401);
  await waitFor(() => {
    expect(FakeWebSocket.newest()).not.toBe(socket);
  });
  expect(FakeWebSocket.newest().url).toMatch(/\?since=/);
  expect(screen.queryByRole('alert')).toBeNull();
  server.on('get me/', NOBODY);
  FakeWebSocket.newest().drop(4401);
  await screen.findByText(/^You have been signed out\./);
});
