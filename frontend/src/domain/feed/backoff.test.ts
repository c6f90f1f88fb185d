import { describe, expect, it, vi } from 'vitest';

import { Backoff } from '@/domain/feed/backoff';
import { FakeTimers } from '@/testing/fakeTimers';

function makeBackoff(random = 1) {
  const timers = new FakeTimers();
  return {
    timers,
    backoff: new Backoff({ baseMs: 100, capMs: 1000, timers, random: () => random }),
  };
}

describe('Backoff', () => {
  it('doubles the delay after each failure up to the cap', () => {
    const { backoff } = makeBackoff();
    const delays = [1, 2, 3, 4, 5, 6].map(() => backoff.schedule(vi.fn()));
    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('spreads clients that failed together', () => {
    expect(makeBackoff(0).backoff.schedule(vi.fn())).toBe(50);
    expect(makeBackoff(1).backoff.schedule(vi.fn())).toBe(100);
  });

  it('restarts from the shortest delay after a success', () => {
    const { backoff } = makeBackoff();
    backoff.schedule(vi.fn());
    backoff.schedule(vi.fn());
    backoff.reset();
    expect(backoff.schedule(vi.fn())).toBe(100);
  });

  it('waits at least the minimum', () => {
    expect(makeBackoff().backoff.schedule(vi.fn(), { minMs: 5000 })).toBe(5100);
  });

  it('spreads a crowd over the given interval', () => {
    expect(makeBackoff(0).backoff.schedule(vi.fn(), { spreadMs: 8000 })).toBe(50);
    expect(makeBackoff(0.5).backoff.schedule(vi.fn(), { spreadMs: 8000 })).toBe(4075);
  });

  it('has one scheduled retry at a time and none after cancel', () => {
    const { timers, backoff } = makeBackoff();
    const retry = vi.fn();
    backoff.schedule(retry);
    backoff.schedule(retry);
    timers.advance(10_000);
    expect(retry).toHaveBeenCalledTimes(1);
    backoff.schedule(retry);
    backoff.cancel();
    timers.advance(10_000);
    expect(retry).toHaveBeenCalledTimes(1);
  });
});
