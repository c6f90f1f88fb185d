import { expect, it } from 'vitest';

import { SilenceWatch } from '@/domain/feed/silence';
import { FakeTimers } from '@/testing/fakeTimers';

const EXPECTED_BEAT_MS = 3_000;

function makeWatch() {
  const timers = new FakeTimers();
  const noticed: string[] = [];
  const watch = new SilenceWatch({
    timers,
    wallNow: () => timers.now,
    beatIntervalMs: EXPECTED_BEAT_MS,
    onLate: () => noticed.push('late'),
    onDead: () => noticed.push('dead'),
  });
  watch.start();
  return { timers, watch, noticed };
}

it('notices within four seconds that no beat comes', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat();
  timers.advance(3_999);
  expect(noticed).toEqual([]);
  timers.advance(1);
  expect(noticed).toEqual(['late']);
});

it('expects a beat on time, whatever else came before', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat();
  timers.advance(2_500);
  watch.heardMessage();
  timers.advance(1_500);
  expect(noticed).toEqual(['late']);
});

it('is not late while other frames come', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat();
  for (let frame = 0; frame < 20; frame += 1) {
    timers.advance(500);
    watch.heardMessage();
  }
  expect(noticed).toEqual([]);
});

it('takes a connection for dead after three missed beats', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat();
  timers.advance(8_999);
  expect(noticed).toEqual(['late']);
  timers.advance(1);
  expect(noticed).toEqual(['late', 'dead']);
});

it('takes the interval of a server with slower beats', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat();
  timers.advance(6_000);
  watch.heardBeat();
  expect(noticed).toEqual(['late']);
  for (let beat = 0; beat < 5; beat += 1) {
    timers.advance(6_000);
    watch.heardBeat();
  }
  expect(noticed).toEqual(['late']);
  timers.advance(18_000);
  expect(noticed).toEqual(['late', 'late', 'dead']);
});

it('does not take a sleep for an interval, and knows that the connection died', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat();
  timers.sleep(3_600_000);
  expect(watch.isDead()).toBe(true);
  watch.heardBeat();
  expect(watch.isDead()).toBe(false);
  timers.advance(4_000);
  expect(noticed).toEqual(['late']);
});

it('leaves no timer behind', () => {
  const { timers, watch } = makeWatch();
  watch.heardBeat();
  watch.stop();
  expect(timers.plannedCount).toBe(0);
});
