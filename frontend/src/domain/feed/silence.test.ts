import { expect, it } from 'vitest';

import { SilenceWatch } from '@/domain/feed/silence';
import { FakeTimers } from '@/testing/fakeTimers';

const EXPECTED_BEAT_MS = 3_000;

const BUSY_BEAT_MS = 500;
/** A beat's interval while seats change, and how late it may be. */
const DOUBT_MS = BUSY_BEAT_MS + 700;

function makeWatch(doubtSpreadMs = 0) {
  const timers = new FakeTimers();
  const noticed: string[] = [];
  const watch = new SilenceWatch({
    timers,
    wallNow: () => timers.now,
    beatIntervalMs: EXPECTED_BEAT_MS,
    random: () => 1,
    doubtSpreadMs: () => doubtSpreadMs,
    onDoubt: () => noticed.push('doubt'),
    onLate: () => noticed.push('late'),
    onDead: () => noticed.push('dead'),
  });
  watch.start();
  return { timers, watch, noticed };
}

it('notices within four seconds that no beat comes', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(EXPECTED_BEAT_MS);
  timers.advance(3_999);
  expect(noticed).toEqual([]);
  timers.advance(1);
  expect(noticed).toEqual(['late']);
});

it('expects a beat on time, whatever else came before', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(EXPECTED_BEAT_MS);
  timers.advance(2_000);
  watch.heardMessage();
  timers.advance(2_000);
  expect(noticed).toEqual(['late']);
});

it('is not late while other frames come', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(EXPECTED_BEAT_MS);
  for (let frame = 0; frame < 20; frame += 1) {
    timers.advance(500);
    watch.heardMessage();
  }
  expect(noticed).toEqual([]);
});

it('takes a connection for dead after three missed beats', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(EXPECTED_BEAT_MS);
  timers.advance(8_999);
  expect(noticed).toEqual(['late']);
  timers.advance(1);
  expect(noticed).toEqual(['late', 'dead']);
});

it('notices sooner when the server beats more often', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(1_000);
  timers.advance(1_999);
  expect(noticed).toEqual(['doubt']);
  timers.advance(1);
  expect(noticed).toEqual(['doubt', 'late']);
  timers.advance(1_000);
  expect(noticed).toEqual(['doubt', 'late', 'dead']);
});

it('doubts a connection that is silent while seats change before it shows that', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(BUSY_BEAT_MS);
  timers.advance(300);
  watch.heardMessage();
  timers.advance(DOUBT_MS - 1);
  expect(noticed).toEqual([]);
  timers.advance(1);
  expect(noticed).toEqual(['doubt']);
  timers.advance(2_000 - DOUBT_MS);
  expect(noticed).toEqual(['doubt', 'late']);
});

it('delays the doubt at random, and has none when a frame comes meanwhile', () => {
  const { timers, watch, noticed } = makeWatch(400);
  watch.heardBeat(BUSY_BEAT_MS);
  timers.advance(DOUBT_MS + 399);
  expect(noticed).toEqual([]);
  watch.heardMessage();
  timers.advance(DOUBT_MS + 399);
  expect(noticed).toEqual([]);
  timers.advance(1);
  expect(noticed).toEqual(['doubt']);
});

it('has no doubts about a server that says its next beat may take longer than a second', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(1_001);
  timers.advance(2_000);
  expect(noticed).toEqual([]);
});

it('doubts once in ten seconds', () => {
  const { timers, watch, noticed } = makeWatch();
  for (let stalls = 0; stalls < 12; stalls += 1) {
    watch.heardBeat(BUSY_BEAT_MS);
    timers.advance(1_500);
  }
  expect(noticed).toEqual(['doubt', 'doubt']);
});

it('waits for a server that beats less often', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(6_000);
  timers.advance(6_999);
  expect(noticed).toEqual([]);
  timers.advance(11_001);
  expect(noticed).toEqual(['late', 'dead']);
});

it('is not as strict as a server that beats many times a second', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(50);
  timers.advance(2_999);
  expect(noticed).toEqual(['doubt', 'late']);
});

it('expects of a new connection what is usual', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(1_000);
  watch.start();
  timers.advance(3_999);
  expect(noticed).toEqual([]);
});

it('knows after a sleep that the connection died', () => {
  const { timers, watch, noticed } = makeWatch();
  watch.heardBeat(EXPECTED_BEAT_MS);
  timers.sleep(3_600_000);
  expect(watch.isDead()).toBe(true);
  watch.heardBeat(EXPECTED_BEAT_MS);
  expect(watch.isDead()).toBe(false);
  timers.advance(4_000);
  expect(noticed).toEqual(['late']);
});

it('leaves no timer behind', () => {
  const { timers, watch } = makeWatch();
  watch.heardBeat(BUSY_BEAT_MS);
  watch.stop();
  expect(timers.plannedCount).toBe(0);
});
