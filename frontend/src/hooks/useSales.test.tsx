import { QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { createServerClock } from '@/domain/serverClock';
import { useSales } from '@/hooks/useSales';
import { createQueryClient } from '@/queries/queryClient';
import { makeEvent } from '@/testing/factories';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open(
  ...[changes, clock]: [Parameters<typeof makeEvent>[0], Parameters<typeof useSales>[1]]
) {
  const event = makeEvent(changes);
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <QueryClientProvider client={createQueryClient()}>{children}</QueryClientProvider>
  );
  return renderHook(() => useSales(event, clock), { wrapper }).result;
}

function fromNow(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

it.each([
  ['slow', { sales_open_at: fromNow(HOUR_MS) }],
  ['fast', { sales_close_at: fromNow(-HOUR_MS) }],
])("uses the server's status while only a clock that may be %s is known", (_, window) => {
  expect(open({ sales: 'open', ...window }, createServerClock()).current).toBe('open');
});

it("goes by the server's clock once known, not by the machine's", () => {
  const clock = createServerClock();
  const sales = open({ sales: 'upcoming', sales_open_at: fromNow(HOUR_MS) }, clock);
  expect(sales.current).toBe('upcoming');
  clock.observe(Date.now() + DAY_MS);
  act(() => {
    vi.advanceTimersByTime(1_000);
  });
  expect(sales.current).toBe('open');
});

it('opens when the time comes', () => {
  const clock = createServerClock();
  clock.observe(Date.now() + DAY_MS);
  const sales = open({ sales: 'upcoming', sales_open_at: fromNow(DAY_MS + 90_000) }, clock);
  expect(sales.current).toBe('upcoming');
  act(() => {
    vi.advanceTimersByTime(90_000);
  });
  expect(sales.current).toBe('open');
});

it('keeps a draft off sale, whatever its times of sale are', () => {
  const clock = createServerClock();
  clock.observe(Date.now());
  const window = { sales_open_at: fromNow(-HOUR_MS), sales_close_at: null };
  expect(open({ visibility: 'draft', sales: 'upcoming', ...window }, clock).current).toBe(
    'upcoming',
  );
});
