import { InfiniteQueryObserver, type QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';

import { tabs } from '@/browser/tabs';
import { eventsQuery } from '@/queries/events';
import { createQueryClient } from '@/queries/queryClient';
import { reservationsQuery } from '@/queries/reservations';
import { meQuery } from '@/queries/session';
import { syncWithOtherTabs } from '@/queries/tabSync';
import { FakeServer } from '@/testing/fakeServer';
import { ALICE } from '@/testing/selectorHarness';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

const ALL = {};

/** A tab that shows the session, the events and the reservations. */
async function openTab(): Promise<{ server: FakeServer; queryClient: QueryClient }> {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get events/?limit=24', [200, []]);
  server.on('get reservations/', [200, []]);
  const queryClient = createQueryClient();
  endings.push(
    syncWithOtherTabs(queryClient),
    new QueryObserver(queryClient, meQuery).subscribe(() => undefined),
    new InfiniteQueryObserver(queryClient, eventsQuery(ALL)).subscribe(() => undefined),
    new QueryObserver(queryClient, reservationsQuery).subscribe(() => undefined),
  );
  await vi.waitFor(() => {
    expect(queryClient.isFetching()).toBe(0);
  });
  server.requests.length = 0;
  return { server, queryClient };
}

function callsOf({ requests }: FakeServer): string[] {
  return requests.map(({ call }) => call).sort();
}

it('refetches reservations and events after another tab reserved or cancelled', async () => {
  const { server } = await openTab();
  tabs.notifyLocal({ kind: 'reservations' });
  await vi.waitFor(() => {
    expect(callsOf(server)).toEqual(['get events/?limit=24', 'get reservations/']);
  });
});

it('requests nothing while hidden, and is correct when visible', async () => {
  const { server, queryClient } = await openTab();
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  tabs.notifyLocal({ kind: 'reservations' });
  expect(server.requests).toEqual([]);
  expect(queryClient.getQueryState(reservationsQuery.queryKey)?.isInvalidated).toBe(true);
  expect(queryClient.getQueryState(eventsQuery(ALL).queryKey)?.isInvalidated).toBe(true);
});

it("drops another user's data after a change of user", async () => {
  const { server, queryClient } = await openTab();
  server.on('get me/', [200, { ...ALICE, user_id: 2, username: 'bob' }]);
  server.on('get reservations/', () => new Promise(() => undefined));
  tabs.notifyLocal({ kind: 'session' });
  await vi.waitFor(() => {
    expect(queryClient.getQueryData(meQuery.queryKey)?.username).toBe('bob');
    expect(queryClient.getQueryData(reservationsQuery.queryKey)).toBeUndefined();
  });
});

it('keeps its data for the same user', async () => {
  const { server } = await openTab();
  tabs.notifyLocal({ kind: 'session' });
  await vi.waitFor(() => {
    expect(callsOf(server)).toEqual(['get me/']);
  });
});

it('does not forward messages', async () => {
  const { server } = await openTab();
  const told: unknown[] = [];
  const channel = new BroadcastChannel('seatcast');
  channel.addEventListener('message', ({ data }) => told.push(data));
  endings.push(() => {
    channel.close();
  });
  tabs.notifyLocal({ kind: 'session' });
  tabs.notifyLocal({ kind: 'reservations' });
  await vi.waitFor(() => {
    expect(callsOf(server)).toEqual(['get events/?limit=24', 'get me/', 'get reservations/']);
  });
  tabs.broadcast({ kind: 'locks', eventId: 7 });
  await vi.waitFor(() => {
    expect(told).toEqual([{ version: 1, kind: 'locks', eventId: 7 }]);
  });
});
