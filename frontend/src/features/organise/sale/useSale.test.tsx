import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, it } from 'vitest';

import { polledSale } from '@/features/organise/sale/figures';
import { usePolledSale } from '@/features/organise/sale/useSale';
import { FakeServer } from '@/testing/fakeServer';
import { makeFigures } from '@/testing/saleFigures';

const POLLING = { name: 'polling', everyMs: 3_000 } as const;

function wrapper({ children }: { readonly children: ReactNode }) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;
}

it('asks for the figures only while the feed polls, and shows the newer ones', async () => {
  const server = new FakeServer();
  server.on('get events/7/figures/', [200, makeFigures({ now: 2_000, revenue: '20.00' })]);
  const older = polledSale(makeFigures({ now: 1_000, revenue: '10.00' }));
  const live = renderHook(() => usePolledSale(7, { name: 'live' }, older), { wrapper });
  expect(live.result.current).toBe(older);
  expect(server.requests).toEqual([]);
  const polling = renderHook(() => usePolledSale(7, POLLING, older), { wrapper });
  await waitFor(() => {
    expect(polling.result.current?.revenue).toBe('20.00');
  });
  const newer = polledSale(makeFigures({ now: 3_000, revenue: '30.00' }));
  const again = renderHook(() => usePolledSale(7, POLLING, newer), { wrapper });
  await waitFor(() => {
    expect(server.requests).toHaveLength(2);
  });
  expect(again.result.current).toBe(newer);
});
