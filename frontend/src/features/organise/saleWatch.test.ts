import { expect, it } from 'vitest';

import type { SeatChange, SeatStatus } from '@/domain/feed/protocol';
import { createSeatMapStore } from '@/domain/seatMap/store';
import { createServerClock } from '@/domain/serverClock';
import { watchSale } from '@/features/organise/saleWatch';
import { LAYOUT, factsOf, makeSeats } from '@/testing/factories';
import { FakeTimers } from '@/testing/fakeTimers';

const SEATS = 40;

/** A sale observed from its first frame on. */
function openWatch() {
  const timers = new FakeTimers();
  const store = createSeatMapStore(
    createServerClock(() => timers.now),
    timers,
  );
  const watch = watchSale(store, timers);
  let looks = 0;
  const leave = watch.subscribe(() => {
    looks += 1;
  });
  let seq = 1;

  function snapshot(...statuses: SeatStatus[]) {
    store.dispatch({
      type: 'frame',
      frame: {
        type: 'snapshot',
        event: 7,
        seq,
        now: timers.now,
        layout: LAYOUT,
        statuses: Array.from({ length: SEATS }, (_, index) => statuses[index] ?? 'available'),
        locks: [],
      },
    });
  }

  function change(...changes: (readonly [index: number, status: SeatStatus, holder?: string])[]) {
    const from = seq;
    seq += 1;
    store.dispatch({
      type: 'frame',
      frame: {
        type: 'delta',
        from,
        seq,
        now: timers.now,
        changes: changes.map(([index, status, holder = null]): SeatChange => ({
          index,
          status,
          lockedUntil: status === 'locked' ? timers.now + 300_000 : null,
          holder,
        })),
      },
    });
  }

  store.dispatch({ type: 'seatsLoaded', layout: LAYOUT, facts: makeSeats(SEATS).map(factsOf) });
  snapshot('reserved');
  return { timers, watch, snapshot, change, leave, looks: () => looks };
}

function news(watch: ReturnType<typeof watchSale>): string[] {
  return watch
    .getView()
    .latest.map(({ seatNumber, status, holder }) =>
      [seatNumber, status, holder].filter((word) => word !== null).join(' '),
    );
}

it('logs nothing for the initial state', () => {
  const { watch } = openWatch();
  expect(watch.getView().seats[0]?.status).toBe('reserved');
  expect(watch.getView().latest).toEqual([]);
});

it('misses no change right after the first frame', () => {
  const { watch, change, timers } = openWatch();
  change([1, 'reserved']);
  timers.advance(1_000);
  expect(news(watch)).toEqual(['A2 reserved']);
});

it('logs changes, newest first', () => {
  const { watch, change, timers } = openWatch();
  change([1, 'locked', 'alice']);
  timers.advance(1_000);
  change([1, 'reserved'], [2, 'locked', 'bob']);
  timers.advance(1_000);
  change([0, 'available']);
  expect(news(watch)).toEqual(['A1 available', 'A3 locked bob', 'A2 reserved', 'A2 locked alice']);
});

it('keeps only the newest of many changes', () => {
  const { watch, change, timers } = openWatch();
  timers.advance(1_000);
  change(...Array.from({ length: 30 }, (_, place) => [place + 1, 'reserved'] as const));
  expect(watch.getView().latest).toHaveLength(24);
  expect(watch.getView().latest[0]?.seatNumber).toBe('H3');
});

it('updates at once and then at most every half second', () => {
  const { change, timers, looks } = openWatch();
  timers.advance(1_000);
  const before = looks();
  for (let index = 1; index < 20; index += 1) change([index, 'reserved']);
  expect(looks()).toBe(before + 1);
  timers.advance(10_000);
  expect(looks()).toBe(before + 2);
});

it('logs after a gap what changed in it', () => {
  const { watch, snapshot, timers } = openWatch();
  timers.advance(1_000);
  snapshot('reserved', 'reserved');
  expect(news(watch)).toEqual(['A2 reserved']);
});

it('leaves no timers behind when unsubscribed', () => {
  const { change, timers, leave } = openWatch();
  change([1, 'reserved']);
  leave();
  expect(timers.plannedCount).toBe(0);
});
