import { describe, expect, it } from 'vitest';

import { CLOSE_CODES } from '@/domain/feed/protocol';
import {
  beat,
  BEAT_MS,
  delta,
  makeFeed,
  POLL_LATE_MS,
  POLL_MS,
  snapshot,
} from '@/testing/feedHarness';

const STREAM_FALLBACK_MS = 2_000;
const POLLING_FALLBACK_MS = 4_000;
const SOCKET_RETRY_MS = 30_000;
const FALLBACK = { streamFallbackMs: STREAM_FALLBACK_MS, pollingFallbackMs: POLLING_FALLBACK_MS };

/** A feed whose socket is silent, and which has opened an event stream. */
function makeCutOff() {
  const made = makeFeed(FALLBACK);
  made.feed.start();
  made.timers.advance(STREAM_FALLBACK_MS);
  return made;
}

/** The same, after a snapshot by the stream. */
function makeStreaming(seq = 41) {
  const made = makeCutOff();
  made.stream().receive(snapshot(seq));
  return made;
}

/** Keep the stream alive by beats for a while. */
function beatFor(ms: number, { stream, timers }: ReturnType<typeof makeFeed>, seq = 41): void {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    timers.advance(BEAT_MS);
    stream().receive(beat(seq));
  }
}

describe('a feed without a working socket', () => {
  it('opens an event stream within five seconds and is live', () => {
    const { feed, frames, polls, streams, stream, timers } = makeFeed(FALLBACK);
    feed.start();
    timers.advance(STREAM_FALLBACK_MS - 1);
    expect(streams).toHaveLength(0);
    timers.advance(1);
    stream().receive(snapshot(41));
    expect(feed.state).toEqual({ name: 'live' });
    stream().receive(delta(41, 43));
    stream().receive(beat(43, 7));
    expect(frames.map(({ seq }) => seq)).toEqual([41, 43, 43]);
    timers.advance(POLLING_FALLBACK_MS);
    expect(polls).toHaveLength(0);
  });

  it('opens it as soon when each socket is refused at once', () => {
    const { feed, socket, streams, timers } = makeFeed(FALLBACK);
    feed.start();
    for (let waited = 0; waited < STREAM_FALLBACK_MS; waited += 100) {
      socket().drop(1006);
      timers.advance(100);
    }
    expect(streams).toHaveLength(1);
    socket().drop(1006);
    expect(streams[0]?.isClosed).toBe(false);
  });

  it('keeps the socket if that delivers first', () => {
    const { feed, socket, stream, streams, timers } = makeCutOff();
    socket().receive(snapshot(41));
    expect(stream().isClosed).toBe(true);
    expect(feed.state).toEqual({ name: 'live' });
    timers.advance(BEAT_MS);
    socket().receive(beat(41));
    expect(streams).toHaveLength(1);
  });

  it.each(['silent', 'refused', 'cut'] as const)('polls if the stream is %s too', (fault) => {
    const { feed, poll, polls, stream, timers } = makeCutOff();
    if (fault !== 'silent') stream().drop(fault === 'refused' ? CLOSE_CODES.tooManySockets : 1006);
    timers.advance(POLLING_FALLBACK_MS - STREAM_FALLBACK_MS);
    expect(polls).toHaveLength(1);
    poll().answered(snapshot(41));
    expect(feed.state.name).toBe('polling');
    stream().receive(snapshot(12));
    expect(feed.state.name).toBe('polling');
  });

  it('tries a socket beside the stream now and then, and changes over without a gap', () => {
    const made = makeStreaming();
    const { feed, frames, names, socket, sockets, stream } = made;
    beatFor(SOCKET_RETRY_MS, made);
    expect(sockets).toHaveLength(2);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    stream().receive(delta(41, 44));
    // Absolute states, so a delta from an older number continues any number up to its own.
    socket().receive(delta(41, 45));
    expect(stream().isClosed).toBe(true);
    socket().receive(delta(45, 46));
    expect(frames.slice(-3)).toMatchObject([
      { from: 41, seq: 44 },
      { from: 44, seq: 45 },
      { from: 45, seq: 46 },
    ]);
    expect(feed.state).toEqual({ name: 'live' });
    expect(names()).toEqual(['connecting', 'live']);
  });

  it('ignores what the stream has brought already when it changes over', () => {
    const made = makeStreaming();
    const { frames, socket, stream } = made;
    beatFor(SOCKET_RETRY_MS, made);
    stream().receive(delta(41, 46));
    const { length } = frames;
    socket().receive(delta(41, 44));
    socket().receive(delta(44, 45));
    expect(frames).toHaveLength(length);
    socket().receive(delta(45, 48));
    expect(frames.at(-1)).toMatchObject({ from: 46, seq: 48 });
  });

  it('tries a socket at longer and longer intervals', () => {
    const made = makeStreaming();
    beatFor(SOCKET_RETRY_MS, made);
    expect(made.sockets).toHaveLength(2);
    beatFor(SOCKET_RETRY_MS, made);
    expect(made.sockets).toHaveLength(2);
    beatFor(SOCKET_RETRY_MS, made);
    expect(made.sockets).toHaveLength(3);
    expect(made.sockets.slice(0, 2).every(({ isClosed }) => isClosed)).toBe(true);
    made.socket().drop(1006);
    expect(made.feed.state).toEqual({ name: 'live' });
  });

  it('tries a socket at once when the network changes', () => {
    const { feed, sockets, socket, stream } = makeStreaming();
    feed.networkBack();
    expect(sockets).toHaveLength(2);
    expect(stream().isClosed).toBe(false);
    socket().receive(delta(41, 42));
    expect(stream().isClosed).toBe(true);
  });

  it('reconnects by a stream at once after one that delivered', () => {
    const { feed, streams, stream, timers } = makeStreaming();
    stream().receive(beat(41));
    stream().drop(CLOSE_CODES.restarting);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: 100 });
    timers.advance(100);
    expect(streams).toHaveLength(2);
    expect(stream().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
  });

  it('polls instead of a stream that is held back after its first frame', () => {
    const { feed, poll, streams, timers } = makeStreaming();
    timers.advance(3 * BEAT_MS);
    expect(feed.state.name).toBe('reconnecting');
    timers.advance(100 + POLLING_FALLBACK_MS);
    expect(streams).toHaveLength(1);
    poll().answered(null);
    expect(feed.state.name).toBe('polling');
  });

  it('opens another stream after one that had beats falls silent', () => {
    const { stream, streams, timers } = makeStreaming();
    stream().receive(beat(41));
    timers.advance(3 * BEAT_MS + 100);
    expect(streams).toHaveLength(2);
  });

  it.each([
    [CLOSE_CODES.signInFirst, 'signInFirst'],
    [CLOSE_CODES.notForYou, 'notForYou'],
    [CLOSE_CODES.noSuchEvent, 'noSuchEvent'],
  ])('closes after %i', (code, reason) => {
    const { feed, socket, stream, timers } = makeCutOff();
    stream().drop(code);
    expect(feed.state).toEqual({ name: 'closed', reason });
    expect(socket().isClosed).toBe(true);
    expect(timers.plannedCount).toBe(0);
  });

  it('reopens the stream with renewed credentials', () => {
    const { feed, streams, stream } = makeCutOff();
    stream().renewCredentials();
    expect(streams).toHaveLength(2);
    stream().receive(snapshot(41));
    expect(feed.state).toEqual({ name: 'live' });
  });

  it('tries socket and stream between two polls, and keeps the one that delivers', () => {
    const { feed, poll, polls, sockets, streams, stream, timers } = makeCutOff();
    timers.advance(POLLING_FALLBACK_MS - STREAM_FALLBACK_MS);
    poll().answered(snapshot(41));
    for (let asked = 1; asked < 10; asked += 1) {
      timers.advance(POLL_MS);
      poll().answered(null);
    }
    expect([sockets.length, streams.length]).toEqual([2, 2]);
    const { length } = polls;
    stream().receive(delta(41, 42));
    expect(feed.state).toEqual({ name: 'live' });
    timers.advance(POLL_MS - 1);
    expect(polls).toHaveLength(length);
  });

  it('doubts polling when a response is overdue', () => {
    const { feed, poll, timers } = makeCutOff();
    timers.advance(POLLING_FALLBACK_MS - STREAM_FALLBACK_MS);
    poll().answered(snapshot(41));
    timers.advance(POLL_MS + POLL_LATE_MS);
    expect(feed.state).toEqual({ name: 'checking' });
    poll().answered(null);
    expect(feed.state.name).toBe('polling');
  });

  it('leaves nothing open when stopped or paused', () => {
    for (const end of ['stop', 'pause'] as const) {
      const made = makeStreaming();
      beatFor(SOCKET_RETRY_MS, made);
      made.feed[end]();
      expect([made.socket().isClosed, made.stream().isClosed]).toEqual([true, true]);
      expect(made.timers.plannedCount).toBe(0);
    }
  });
});
