import { waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { tabs } from '@/browser/tabs';
import { lockedSeat, openHolding, openSelector, seatButton } from '@/testing/selectorHarness';

it("shows a seat locked in another tab as one's own", async () => {
  const { server } = await openSelector();
  server.on('get events/7/locks/', [200, [lockedSeat(0)]]);
  tabs.notifyLocal({ kind: 'locks', eventId: 7 });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  });
  expect(server.writes()).toEqual([]);
});

it("no longer shows a seat released in another tab as one's own", async () => {
  const { server } = await openHolding(lockedSeat(0));
  server.on('get events/7/locks/', [200, []]);
  tabs.notifyLocal({ kind: 'locks', eventId: 7 });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('locked');
  });
});

it("ignores another tab's changes to another event", async () => {
  const { server } = await openSelector();
  await waitFor(() => {
    expect(server.requests.some(({ call }) => call === 'get events/7/locks/')).toBe(true);
  });
  const before = server.requests.length;
  tabs.notifyLocal({ kind: 'locks', eventId: 8 });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('available');
  });
  expect(server.requests).toHaveLength(before);
});
