import { waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { tabs } from '@/browser/tabs';
import { lockedSeat, openHolding, openSelector, seatButton } from '@/testing/selectorHarness';

it('shows a seat as one’s own that was locked in another tab', async () => {
  const { server } = await openSelector();
  server.on('get events/7/locks/', [200, [lockedSeat(0)]]);
  tabs.notifyLocal({ kind: 'locks', eventId: 7 });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  });
  expect(server.writes()).toEqual([]);
});

it('does not show a seat as one’s own any more that was let go in another tab', async () => {
  const { server } = await openHolding(lockedSeat(0));
  server.on('get events/7/locks/', [200, []]);
  tabs.notifyLocal({ kind: 'locks', eventId: 7 });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('locked');
  });
});

it('does not mind what another tab does about another event', async () => {
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
