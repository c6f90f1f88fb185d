import { expect, it, vi } from 'vitest';

import { liveOf } from '@/domain/seatMap/seats';
import { createSeatMapStore } from '@/domain/seatMap/store';
import { createServerClock } from '@/domain/serverClock';
import { LAYOUT, factsOf, makeSeat } from '@/testing/factories';
import { FakeTimers } from '@/testing/fakeTimers';

function makeStore() {
  const timers = new FakeTimers();
  const store = createSeatMapStore(
    createServerClock(() => timers.now),
    timers,
  );
  const lockedUntil = (ms: number) => new Date(timers.now + ms).toISOString();
  const seats = [
    makeSeat(0, { status: 'locked', locked_until: lockedUntil(1000) }),
    makeSeat(1, { status: 'locked', locked_until: lockedUntil(5000) }),
  ];
  store.dispatch({ type: 'seatsLoaded', layout: LAYOUT, facts: seats.map(factsOf) });
  store.dispatch({ type: 'seatsListed', layout: LAYOUT, live: seats.map(liveOf) });
  const statuses = () => store.getState().seats.map(({ status }) => status);
  return { store, timers, statuses };
}

it('frees each seat at its deadline', () => {
  const { store, timers, statuses } = makeStore();
  const listener = vi.fn();
  store.subscribe(listener);
  timers.advance(900);
  expect(statuses()).toEqual(['locked', 'locked']);
  timers.advance(200);
  expect(statuses()).toEqual(['available', 'locked']);
  timers.advance(4000);
  expect(statuses()).toEqual(['available', 'available']);
  expect(listener).toHaveBeenCalledTimes(2);
  expect(timers.plannedCount).toBe(0);
});

it('schedules nothing without subscribers', () => {
  const { store, timers } = makeStore();
  expect(timers.plannedCount).toBe(0);
  const unsubscribe = store.subscribe(vi.fn());
  expect(timers.plannedCount).toBe(1);
  unsubscribe();
  expect(timers.plannedCount).toBe(0);
});
