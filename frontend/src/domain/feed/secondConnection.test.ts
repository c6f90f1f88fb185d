import { describe, expect, it } from 'vitest';

import { CLOSE_CODES } from '@/domain/feed/protocol';
import { beat, delta, makeFeed, snapshot } from '@/testing/feedHarness';

const BUSY_BEAT_MS = 500;
const DOUBT_MS = BUSY_BEAT_MS + 700;
const DEAD_MS = 3_000;
const STREAM_FALLBACK_MS = 2_000;

/** A feed whose seats change, and which has become silent: it has opened a second socket. */
function makeSilent() {
  const made = makeFeed();
  const { feed, socket, timers } = made;
  feed.start();
  socket().receive(snapshot(41));
  socket().receive(beat(41, 0, BUSY_BEAT_MS));
  const first = socket();
  timers.advance(DOUBT_MS);
  return { ...made, first };
}

describe('a feed that is silent while seats change', () => {
  it('opens a second socket beside the first, from its position', () => {
    const { feed, first, socket, sockets } = makeSilent();
    expect(sockets).toHaveLength(2);
    expect(first.isClosed).toBe(false);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    expect(feed.state.name).toBe('live');
  });

  it('keeps the second if that delivers first, without a gap or a visible change', () => {
    const { first, frames, names, socket, sockets, timers } = makeSilent();
    socket().receive(delta(41, 44));
    expect(first.isClosed).toBe(true);
    first.receive(delta(41, 42));
    first.drop(1006);
    socket().receive(delta(44, 45));
    timers.advance(2_000);
    expect(frames.map(({ seq }) => seq)).toEqual([41, 41, 44, 45]);
    expect(names()).toEqual(['connecting', 'live']);
    expect(sockets).toHaveLength(2);
  });

  it('keeps the first if that delivers first', () => {
    const { first, frames, names, socket } = makeSilent();
    first.receive(delta(41, 42));
    expect(socket().isClosed).toBe(true);
    socket().receive(delta(41, 43));
    first.receive(beat(42, 0, BUSY_BEAT_MS));
    expect(frames.map(({ seq }) => seq)).toEqual([41, 41, 42, 42]);
    expect(names()).toEqual(['connecting', 'live']);
  });

  it('takes any frame for a sign of life', () => {
    const { first, socket } = makeSilent();
    first.receive({ type: 'of a newer server' });
    expect(socket().isClosed).toBe(true);
  });

  it.each([
    CLOSE_CODES.tooManySockets,
    CLOSE_CODES.notForYou,
    CLOSE_CODES.restarting,
    CLOSE_CODES.abnormal,
  ])('goes on with the first if the second is closed with %i', (code) => {
    const { feed, first, names, socket } = makeSilent();
    socket().drop(code);
    first.receive(delta(41, 42));
    expect(first.isClosed).toBe(false);
    expect(feed.state.name).toBe('live');
    expect(names()).toEqual(['connecting', 'live']);
  });

  it('goes on with the second if the first is closed', () => {
    const { feed, first, names, socket, sockets } = makeSilent();
    first.drop(CLOSE_CODES.abnormal);
    socket().receive(delta(41, 42));
    expect(sockets).toHaveLength(2);
    expect(feed.state.name).toBe('live');
    expect(names()).toEqual(['connecting', 'live']);
  });

  it('closes if the first may not go on', () => {
    const { feed, first, socket } = makeSilent();
    first.drop(CLOSE_CODES.notForYou);
    expect(feed.state).toEqual({ name: 'closed', reason: 'notForYou' });
    expect(socket().isClosed).toBe(true);
  });

  it('reconnects as before if neither delivers', () => {
    const { feed, first, socket, sockets, timers } = makeSilent();
    const second = socket();
    timers.advance(DEAD_MS - DOUBT_MS - 1);
    expect(feed.state.name).toBe('checking');
    timers.advance(1);
    expect(feed.state.name).toBe('reconnecting');
    expect([first.isClosed, second.isClosed]).toEqual([true, true]);
    timers.advance(1_000);
    expect(sockets).toHaveLength(3);
  });

  it('waits up to a millisecond longer for each viewer', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(beat(41, 900, BUSY_BEAT_MS));
    timers.advance(DOUBT_MS + 899);
    expect(sockets).toHaveLength(1);
    timers.advance(1);
    expect(sockets).toHaveLength(2);
  });

  it('leaves neither behind when stopped or paused', () => {
    for (const end of ['stop', 'pause'] as const) {
      const { feed, first, socket, timers } = makeSilent();
      feed[end]();
      expect([first.isClosed, socket().isClosed]).toEqual([true, true]);
      expect(timers.plannedCount).toBe(0);
    }
  });

  it('opens a second event stream beside a stream', () => {
    const { feed, sockets, stream, streams, timers } = makeFeed({
      streamFallbackMs: STREAM_FALLBACK_MS,
    });
    feed.start();
    timers.advance(STREAM_FALLBACK_MS);
    const first = stream();
    first.receive(snapshot(41));
    first.receive(beat(41, 0, BUSY_BEAT_MS));
    timers.advance(DOUBT_MS);
    expect(streams).toHaveLength(2);
    expect(stream().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    const socketsBefore = sockets.length;
    stream().receive(delta(41, 42));
    expect(first.isClosed).toBe(true);
    expect(sockets).toHaveLength(socketsBefore);
    expect(feed.state.name).toBe('live');
  });

  it('opens no second one beside a socket that has never brought a beat', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    timers.advance(8_000);
    expect(sockets).toHaveLength(1);
  });
});
