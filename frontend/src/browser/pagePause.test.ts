// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';

import { createPagePause } from '@/browser/pagePause';
import { liveOf } from '@/domain/seatMap/seats';
import { createSeatMapStore } from '@/domain/seatMap/store';
import { createServerClock } from '@/domain/serverClock';
import { LAYOUT, factsOf, makeSeat } from '@/testing/factories';
import { FakeTimers } from '@/testing/fakeTimers';

const UNSEEN_MS = 30_000;

/** A page that the test shows or hides. */
function openPage({ isHidden = false } = {}) {
  const timers = new FakeTimers();
  const page = { isHidden };
  let changed = (): void => undefined;
  const sleep = createPagePause({
    isHidden: () => page.isHidden,
    onChange: (callback) => {
      changed = callback;
    },
    timers,
    now: () => timers.now,
  });
  const told: boolean[] = [];
  sleep.listen((isPaused) => told.push(isPaused));
  return {
    timers,
    sleep,
    told,
    hide: () => {
      page.isHidden = true;
      changed();
    },
    show: () => {
      page.isHidden = false;
      changed();
    },
  };
}

describe('a page', () => {
  it('pauses after being hidden for a while', () => {
    const { timers, sleep, told, hide } = openPage();
    hide();
    timers.advance(UNSEEN_MS - 1);
    expect(sleep.isPaused()).toBe(false);
    timers.advance(1);
    expect(sleep.isPaused()).toBe(true);
    expect(told).toEqual([true]);
  });

  it('resumes as soon as it is visible', () => {
    const { timers, sleep, told, hide, show } = openPage();
    hide();
    timers.advance(UNSEEN_MS);
    show();
    expect(sleep.isPaused()).toBe(false);
    expect(told).toEqual([true, false]);
  });

  it('does not pause while it is visible now and then', () => {
    const { timers, told, hide, show } = openPage();
    for (let look = 0; look < 5; look++) {
      hide();
      timers.advance(UNSEEN_MS - 1);
      show();
    }
    timers.advance(UNSEEN_MS);
    expect(told).toEqual([]);
  });

  it('pauses when it was opened hidden', () => {
    const { timers, sleep } = openPage({ isHidden: true });
    timers.advance(UNSEEN_MS);
    expect(sleep.isPaused()).toBe(true);
  });

  it('does not notify unsubscribed listeners', () => {
    const { timers, sleep, hide } = openPage();
    const told: boolean[] = [];
    sleep.listen((isPaused) => told.push(isPaused))();
    hide();
    timers.advance(UNSEEN_MS);
    expect(told).toEqual([]);
  });
});

describe('its timers', () => {
  it('run while it is active', () => {
    const { timers, sleep } = openPage();
    const rung: string[] = [];
    sleep.timers.after(100, () => rung.push('early'));
    sleep.timers.after(200, () => rung.push('late'));
    timers.advance(150);
    expect(rung).toEqual(['early']);
    timers.advance(50);
    expect(rung).toEqual(['early', 'late']);
  });

  it('stop while it is paused and fire when it resumes, or on time', () => {
    const { timers, sleep, hide, show } = openPage();
    const rung: string[] = [];
    sleep.timers.after(UNSEEN_MS + 1_000, () => rung.push('overdue'));
    sleep.timers.after(UNSEEN_MS + 9_000, () => rung.push('in time'));
    hide();
    timers.advance(UNSEEN_MS);
    expect(timers.plannedCount).toBe(0);
    timers.advance(5_000);
    expect(rung).toEqual([]);
    show();
    timers.advance(0);
    expect(rung).toEqual(['overdue']);
    timers.advance(3_999);
    expect(rung).toEqual(['overdue']);
    timers.advance(1);
    expect(rung).toEqual(['overdue', 'in time']);
  });

  it('set while paused wait until it resumes', () => {
    const { timers, sleep, hide, show } = openPage();
    const rung: string[] = [];
    hide();
    timers.advance(UNSEEN_MS);
    sleep.timers.after(10, () => rung.push('rung'));
    timers.advance(3_600_000);
    expect(rung).toEqual([]);
    show();
    timers.advance(0);
    expect(rung).toEqual(['rung']);
  });

  it('can be cancelled while active or paused', () => {
    const { timers, sleep, hide, show } = openPage();
    const rung: string[] = [];
    sleep.timers.after(10, () => rung.push('awake'))();
    const takeBack = sleep.timers.after(UNSEEN_MS + 10, () => rung.push('paused'));
    hide();
    timers.advance(UNSEEN_MS);
    takeBack();
    show();
    timers.advance(3_600_000);
    expect(rung).toEqual([]);
    expect(timers.plannedCount).toBe(0);
  });
});

it('a seat map does not resume a paused page, and is correct when it resumes', () => {
  const { timers, sleep, hide, show } = openPage();
  const store = createSeatMapStore(
    createServerClock(() => timers.now),
    sleep.timers,
  );
  store.subscribe(() => undefined);
  const until = new Date(timers.now + 60_000).toISOString();
  const seats = [makeSeat(0, { status: 'locked', locked_by: 'bob', locked_until: until })];
  store.dispatch({ type: 'seatsLoaded', layout: LAYOUT, facts: seats.map(factsOf) });
  store.dispatch({ type: 'seatsListed', layout: LAYOUT, live: seats.map(liveOf) });
  hide();
  timers.advance(UNSEEN_MS);
  expect(timers.plannedCount).toBe(0);
  timers.advance(60_000);
  expect(store.getState().seats[0]?.status).toBe('locked');
  show();
  timers.advance(0);
  expect(store.getState().seats[0]?.status).toBe('available');
});
