import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';

import type { EventDetail } from '@/api/types';
import { browserTimers } from '@/domain/feed/backoff';
import { liveOf } from '@/domain/seatMap/seats';
import { sectionsOf } from '@/domain/seatMap/sections';
import { createSeatMapStore, type SeatMapStore } from '@/domain/seatMap/store';
import { createServerClock } from '@/domain/serverClock';
import { SeatFinderDialog } from '@/features/seats/finder/SeatFinderDialog';
import { useSeatFinder } from '@/features/seats/finder/useSeatFinder';
import { createQueryClient } from '@/queries/queryClient';
import { LAYOUT, factsOf, makeEvent, makeSeat } from '@/testing/factories';
import { FakeServer, CONNECTION_LOST } from '@/testing/fakeServer';
import { lockedSeat } from '@/testing/selectorHarness';

const BEST = 'post events/7/best/';

const TWO_CATEGORIES = [
  { id: 1, name: 'Front', color: '#7c3aed', price: '50.00' },
  { id: 2, name: 'Back', color: '#0e7490', price: null },
];

interface SceneProps {
  readonly event: EventDetail;
  readonly store: SeatMapStore;
  readonly remaining: number;
  readonly found: string[][];
}

function Scene({ event, store, remaining, found }: SceneProps) {
  const [isOpen, setIsOpen] = useState(true);
  const find = useSeatFinder({
    event,
    store,
    onFound: (seats) => {
      found.push(seats.map(({ seatNumber }) => seatNumber));
      setIsOpen(false);
    },
    onRefused: () => undefined,
  });
  const { facts } = store.getState();
  return isOpen ? (
    <SeatFinderDialog
      event={event}
      scene={{ facts, sections: sectionsOf(facts), wishes: [] }}
      area={null}
      seats={store.getState().seats}
      counts={null}
      remaining={remaining}
      find={find}
      onClose={() => {
        setIsOpen(false);
      }}
    />
  ) : null;
}

function openFind({ remaining = 10 } = {}) {
  const server = new FakeServer();
  const store = createSeatMapStore(createServerClock(), browserTimers);
  const seats = Array.from({ length: 8 }, (_, index) =>
    makeSeat(index, {
      section: index < 4 ? 'Stalls' : 'Circle',
      ...(index === 4 ? { features: ['accessible'] } : {}),
    }),
  );
  store.dispatch({ type: 'seatsLoaded', layout: LAYOUT, facts: seats.map(factsOf) });
  store.dispatch({ type: 'seatsListed', layout: LAYOUT, live: seats.map(liveOf) });
  const found: string[][] = [];
  const event = makeEvent({ categories: TWO_CATEGORIES });
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Scene event={event} store={store} remaining={remaining} found={found} />
    </QueryClientProvider>,
  );
  const dialog = within(screen.getByRole('dialog', { name: 'Find seats together' }));
  return { server, store, found, dialog, user: userEvent.setup() };
}

function best(...indexes: number[]) {
  const seats = indexes.map((index) => lockedSeat(index));
  return [200, { success: true, message: 'Locked', seats }] as const;
}

function noneTogether(largest: number) {
  return [409, { error: 'No such seats.', code: 'no_seats_together', largest }] as const;
}

it('requests as many seats as wanted, by the chosen criteria, and holds them', async () => {
  const { server, store, found, dialog, user } = openFind();
  server.on(BEST, best(4, 5, 6));
  await user.click(dialog.getByRole('button', { name: 'One seat more' }));
  await user.click(dialog.getByRole('radio', { name: 'The best price' }));
  await user.selectOptions(dialog.getByRole('combobox', { name: 'Where?' }), 'Circle');
  await user.selectOptions(
    dialog.getByRole('combobox', { name: 'Price category' }),
    'Back · €50.00',
  );
  await user.click(dialog.getByRole('checkbox', { name: 'Wheelchair places' }));
  await user.click(dialog.getByRole('button', { name: 'Find 3 seats together' }));
  await waitFor(() => {
    expect(found).toEqual([['B1', 'B2', 'B3']]);
  });
  expect(server.lastBody(BEST)).toEqual({
    count: 3,
    by: 'price',
    section: 'Circle',
    category: 2,
    wishes: ['accessible'],
  });
  const { seats } = store.getState();
  expect(seats.map(({ status }) => status === 'mine')).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((index) => index >= 4 && index < 7),
  );
  expect(seats[4]?.until).not.toBeNull();
});

it('searches everywhere for two seats with the best view by default', async () => {
  const { server, dialog, found, user } = openFind();
  server.on(BEST, best(0, 1));
  await user.click(dialog.getByRole('button', { name: 'Find 2 seats together' }));
  await waitFor(() => {
    expect(found).toHaveLength(1);
  });
  expect(server.lastBody(BEST)).toEqual({
    count: 2,
    by: 'view',
    section: null,
    category: null,
    wishes: [],
  });
});

it('shows how many could sit together and finds those with one click', async () => {
  const { server, dialog, found, user } = openFind();
  server.replyInTurn(BEST, noneTogether(4), best(0, 1, 2, 3));
  for (let more = 0; more < 4; more += 1) {
    await user.click(dialog.getByRole('button', { name: 'One seat more' }));
  }
  await user.click(dialog.getByRole('button', { name: 'Find 6 seats together' }));
  const alert = within(dialog.getByRole('alert'));
  expect(
    await alert.findByText('The largest group that can sit together there now is 4.'),
  ).toBeDefined();
  await user.click(dialog.getByRole('button', { name: 'Find 4 seats instead' }));
  await waitFor(() => {
    expect(found).toEqual([['A1', 'A2', 'A3', 'A4']]);
  });
  const [first, second] = server.keysOf(BEST);
  expect(second).not.toBe(first);
});

it('shows that nothing is available, until the criteria change', async () => {
  const { server, dialog, user } = openFind();
  server.on(BEST, noneTogether(0));
  await user.click(dialog.getByRole('button', { name: 'Find 2 seats together' }));
  expect(await dialog.findByText('No seat is free there now.')).toBeDefined();
  expect(dialog.queryByRole('button', { name: /instead$/ })).toBeNull();
  await user.click(dialog.getByRole('radio', { name: 'The best price' }));
  expect(dialog.queryByText('No seat is free there now.')).toBeNull();
});

it('respects the cap', async () => {
  const { dialog, user } = openFind({ remaining: 2 });
  const more = dialog.getByRole('button', { name: 'One seat more' });
  expect(more.getAttribute('aria-disabled')).toBe('true');
  await user.click(more);
  expect(dialog.getByRole('button', { name: 'Find 2 seats together' })).toBeDefined();
  const fewer = dialog.getByRole('button', { name: 'One seat fewer' });
  await user.click(fewer);
  await user.click(fewer);
  expect(dialog.getByRole('button', { name: 'Find 1 seat' })).toBeDefined();
});

it('finds nothing for a user at the cap', () => {
  const { dialog } = openFind({ remaining: 0 });
  expect(dialog.getByText(/^You hold as many seats/)).toBeDefined();
  expect(dialog.queryByRole('button', { name: /^Find/ })).toBeNull();
});

it('reuses the key for the same request after a lost response', async () => {
  const { server, dialog, found, user } = openFind();
  server.replyInTurn(BEST, CONNECTION_LOST, best(0, 1));
  await user.click(dialog.getByRole('button', { name: 'Find 2 seats together' }));
  await waitFor(
    () => {
      expect(found).toEqual([['A1', 'A2']]);
    },
    { timeout: 3_000 },
  );
  const keys = server.keysOf(BEST);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});
