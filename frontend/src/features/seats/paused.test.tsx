import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { deltaFrame, lockedSeat, openHolding, seatButton } from '@/testing/selectorHarness';

const UNSEEN_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
});

function turnTo(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility);
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

function pass(ms: number): void {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
}

it('a hidden seat map does nothing, and catches up when visible', async () => {
  const { server } = await openHolding(lockedSeat(0));
  const asked = server.requests.length;
  turnTo('hidden');
  pass(UNSEEN_MS);
  expect(screen.getByText('Paused')).toBeDefined();
  // Replaced by hand: restoring a spy would restore the fake timers too late.
  const setTimer = vi.fn(setTimeout);
  const { setTimeout: before } = globalThis;
  globalThis.setTimeout = Object.assign(setTimer, before);
  pass(60_000);
  globalThis.setTimeout = before;
  expect(setTimer).not.toHaveBeenCalled();
  expect(server.requests).toHaveLength(asked);
  expect(FakeWebSocket.opened).toHaveLength(1);

  turnTo('visible');
  await vi.waitFor(() => {
    expect(FakeWebSocket.opened).toHaveLength(2);
  });
  expect(FakeWebSocket.newest().url).toContain('since=1');
  FakeWebSocket.newest().receive(deltaFrame(1, [1, 2, null, null]));
  expect(screen.getByText('Live')).toBeDefined();
  expect(seatButton('A2').getAttribute('data-status')).toBe('reserved');
});
