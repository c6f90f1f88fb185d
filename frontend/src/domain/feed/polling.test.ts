import { describe, expect, it } from 'vitest';

import { CLOSE_CODES } from '@/domain/feed/protocol';
import { beat, delta, makeFeed, POLL_MS, snapshot } from '@/testing/feedHarness';

const STREAM_FALLBACK_MS = 2_000;
const POLLING_FALLBACK_MS = 4_000;
const FALLBACK = { streamFallbackMs: STREAM_FALLBACK_MS, pollingFallbackMs: POLLING_FALLBACK_MS };
const POLLS_BETWEEN_TRIES = 10;

/** A feed whose sockets and event streams are silent, and which has sent one poll. */
function makeCutOff() {
  const made = makeFeed(FALLBACK);
  made.feed.start();
  made.timers.advance(POLLING_FALLBACK_MS);
  return made;
}

/** The same, after a snapshot. */
function makePolling(seq = 41) {
  const made = makeCutOff();
  made.poll().answered(snapshot(seq));
  return made;
}

/** Answer polls with nothing new until a socket is tried. */
function untilATry({ poll, polls, timers, sockets }: ReturnType<typeof makeFeed>): void {
  const before = sockets.length;
  while (sockets.length === before) {
    if (polls.length > 2 * POLLS_BETWEEN_TRIES) throw new Error('No socket is tried');
    timers.advance(POLL_MS);
    poll().answered(null);
  }
}

describe('a feed without a working socket', () => {
  it('polls within five seconds and reports the interval', () => {
    const { feed, names, poll, polls, socket, timers } = makeFeed(FALLBACK);
    feed.start();
    timers.advance(POLLING_FALLBACK_MS - 1);
    expect(polls).toHaveLength(0);
    timers.advance(1);
    expect(socket().isClosed).toBe(true);
    expect(poll().resumeFrom).toBeNull();
    expect(names()).toEqual(['connecting']);
    poll().answered(snapshot(41));
    expect(feed.state).toEqual({ name: 'polling', everyMs: POLL_MS });
  });

  it('polls as soon when each socket is refused at once', () => {
    const { feed, polls, socket, timers } = makeFeed(FALLBACK);
    feed.start();
    for (let waited = 0; waited < POLLING_FALLBACK_MS; waited += 100) {
      socket().drop(1006);
      timers.advance(100);
    }
    expect(polls).toHaveLength(1);
  });

  it('does not poll while frames arrive', () => {
    const { feed, polls, socket, timers } = makeFeed(FALLBACK);
    feed.start();
    socket().receive(snapshot(41));
    timers.advance(POLLING_FALLBACK_MS + 1_000);
    expect(polls).toHaveLength(0);
  });

  it('polls regularly from its current position', () => {
    const { frames, poll, polls, timers } = makePolling();
    timers.advance(POLL_MS - 1);
    expect(polls).toHaveLength(1);
    timers.advance(1);
    expect(poll().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    poll().answered(delta(41, 44));
    timers.advance(POLL_MS);
    poll().answered(null);
    timers.advance(POLL_MS);
    expect(poll().resumeFrom).toEqual({ seq: 44, layout: 'l1' });
    expect(frames.map(({ seq }) => seq)).toEqual([41, 44, 44]);
  });

  it('never has two polls under way', () => {
    const { polls, timers } = makePolling();
    timers.advance(POLL_MS);
    timers.advance(10 * POLL_MS);
    expect(polls).toHaveLength(2);
  });

  it('polls from the last frame of a broken socket', () => {
    const { feed, frames, poll, socket, timers } = makeFeed(FALLBACK);
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(delta(41, 43));
    socket().drop(1006);
    timers.advance(100 + POLLING_FALLBACK_MS);
    expect(poll().resumeFrom).toEqual({ seq: 43, layout: 'l1' });
    poll().answered(delta(43, 46));
    expect(frames.map(({ seq }) => seq)).toEqual([41, 43, 46]);
  });

  it('tries a socket between two polls and keeps it once it delivers', () => {
    const made = makePolling();
    const { feed, frames, polls, socket, timers } = made;
    untilATry(made);
    expect(feed.state.name).toBe('polling');
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    const asked = polls.length;
    socket().receive(delta(41, 45));
    expect(feed.state).toEqual({ name: 'live' });
    socket().receive(beat(45));
    timers.advance(2 * POLL_MS);
    expect(polls).toHaveLength(asked);
    expect(frames.slice(-3).map(({ seq }) => seq)).toEqual([41, 45, 45]);
    expect(timers.plannedCount).toBe(1);
  });

  it('polls on time when the tried socket is silent or refused', () => {
    for (const isRefused of [false, true]) {
      const made = makePolling();
      const { feed, frames, polls, poll, socket, timers } = made;
      untilATry(made);
      const [tried, asked] = [socket(), polls.length];
      if (isRefused) tried.drop(1006);
      timers.advance(POLL_MS);
      expect(polls).toHaveLength(asked + 1);
      expect(tried.isClosed).toBe(true);
      tried.receive(delta(41, 45));
      poll().answered(delta(41, 46));
      expect(frames.slice(-2).map(({ seq }) => seq)).toEqual([41, 46]);
      expect(feed.state.name).toBe('polling');
    }
  });

  it('tries renewed credentials once and polls on if they are refused', () => {
    const made = makePolling();
    const { feed, polls, sockets, socket, timers } = made;
    untilATry(made);
    const [tries, asked] = [sockets.length, polls.length];
    socket().renewCredentials();
    expect(sockets).toHaveLength(tries + 1);
    socket().renewCredentials();
    expect(sockets).toHaveLength(tries + 1);
    timers.advance(POLL_MS);
    expect(polls).toHaveLength(asked + 1);
    expect(feed.state.name).toBe('polling');
  });

  it('reconnects when a response does not fit or is no frame', () => {
    for (const answer of [delta(40, 44), { type: 'delta' }, 'words']) {
      const { feed, frames, poll, sockets, timers } = makePolling();
      timers.advance(POLL_MS);
      poll().answered(answer);
      expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: 100 });
      const tries = sockets.length;
      timers.advance(100);
      expect(sockets).toHaveLength(tries + 1);
      expect(frames).toHaveLength(1);
    }
  });

  it('is reconnecting without a response and polls again later', () => {
    const { feed, poll, polls, timers } = makePolling();
    timers.advance(POLL_MS);
    poll().failed(1006);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: 100 });
    timers.advance(100 + POLLING_FALLBACK_MS);
    expect(polls).toHaveLength(3);
    poll().answered(null);
    expect(feed.state.name).toBe('polling');
  });

  it.each([
    [CLOSE_CODES.signInFirst, 'signInFirst'],
    [CLOSE_CODES.notForYou, 'notForYou'],
    [CLOSE_CODES.noSuchEvent, 'noSuchEvent'],
  ])('stops polling after %i', (code, reason) => {
    const { feed, poll, timers } = makePolling();
    timers.advance(POLL_MS);
    poll().failed(code);
    expect(feed.state).toEqual({ name: 'closed', reason });
    expect(timers.plannedCount).toBe(0);
  });

  it('waits as long as a busy server asks', () => {
    const { feed, poll, polls, timers } = makePolling();
    timers.advance(POLL_MS);
    poll().busy(20_000);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: 20_000 });
    timers.advance(19_999);
    expect(polls).toHaveLength(2);
    timers.advance(1);
    expect(polls).toHaveLength(3);
  });

  it('polls at once when the page becomes visible', () => {
    const { feed, polls } = makePolling();
    feed.pageVisible();
    expect(polls).toHaveLength(2);
    expect(feed.state.name).toBe('polling');
  });

  it('tries a socket at once when the network changes', () => {
    const { feed, sockets, timers, socket } = makePolling();
    const tries = sockets.length;
    feed.networkBack();
    expect(sockets).toHaveLength(tries + 1);
    socket().receive(delta(41, 42));
    expect(feed.state).toEqual({ name: 'live' });
    expect(timers.plannedCount).toBe(1);
  });

  it('leaves no timers or requests behind when stopped or paused', () => {
    for (const end of ['stop', 'pause'] as const) {
      const made = makePolling();
      made.timers.advance(POLL_MS);
      made.feed[end]();
      expect(made.poll().isCancelled).toBe(true);
      expect(made.timers.plannedCount).toBe(0);
      const between = makePolling();
      untilATry(between);
      between.feed[end]();
      expect(between.socket().isClosed).toBe(true);
      expect(between.timers.plannedCount).toBe(0);
    }
  });
});
