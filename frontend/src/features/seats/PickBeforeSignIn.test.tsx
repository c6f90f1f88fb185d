import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { forgetPick, rememberPick, takePick } from '@/features/seats/pickBeforeSignIn';
import {
  basket,
  conflict,
  granted,
  lockedSeat,
  offered,
  offering,
  openSelector,
  seatButton,
} from '@/testing/selectorHarness';

const LOCK_A1 = 'post events/7/seats/100/lock/';
const EVENT = 7;
const A1 = 100;

describe('a seat picked before signing in', () => {
  it('is remembered, and named where one signs in', async () => {
    const { user } = await openSelector({ isSignedIn: false });
    await user.click(seatButton('A1'));
    expect(
      screen.getByText(/we hold Stalls, row A, seat 1 for you if it is still free/),
    ).toBeDefined();
    expect(takePick(EVENT)).toBe(A1);
  });

  it('is carried by the history entry, which outlives a reload without storage', async () => {
    const blocked = vi.spyOn(globalThis, 'sessionStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const { router, user } = await openSelector({ isSignedIn: false });
    await user.click(seatButton('A1'));
    await user.click(within(screen.getByRole('dialog')).getByRole('link', { name: 'Sign in' }));
    // A reload empties the memory.
    forgetPick();
    expect(takePick(EVENT)).toBeNull();
    expect(takePick(EVENT, router.state.location.state)).toBe(A1);
    blocked.mockRestore();
  });

  it('is forgotten by somebody who only wants to watch', async () => {
    const { user } = await openSelector({ isSignedIn: false });
    await user.click(seatButton('A1'));
    await user.click(screen.getByRole('button', { name: 'Keep watching' }));
    expect(takePick(EVENT)).toBeNull();
  });

  it('is held after signing in, once', async () => {
    rememberPick(EVENT, A1);
    await openSelector({
      replies: (server) => {
        server.on(LOCK_A1, granted(lockedSeat(0)));
      },
    });
    expect(await screen.findByText('Stalls, row A, seat 1 is held for you.')).toBeDefined();
    expect(basket().getByText('1 seat')).toBeDefined();
    expect(takePick(EVENT)).toBeNull();
  });

  it('is replaced by an offer of others if it has gone', async () => {
    rememberPick(EVENT, A1);
    const refusal = conflict(0, 'locked', 'Seat A1 is locked by someone else.');
    await openSelector({
      replies: (server) => {
        server.on(LOCK_A1, offering(refusal, [1], [6]));
      },
    });
    await waitFor(() => {
      expect(offered()).toEqual([
        'Take Stalls, row A, seat 2 instead',
        'Take Stalls, row B, seat 3 instead',
      ]);
    });
    expect(
      screen.getByText('Stalls, row A, seat 1 went to somebody else a moment before you.'),
    ).toBeDefined();
  });

  it('is not held for another event, or long after', async () => {
    rememberPick(EVENT + 1, A1);
    const { server } = await openSelector();
    await screen.findByText('Live');
    expect(server.writes()).toEqual([]);
    expect(takePick(EVENT + 1)).toBeNull();

    rememberPick(EVENT, A1);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 20 * 60_000);
    expect(takePick(EVENT)).toBeNull();
  });
});
