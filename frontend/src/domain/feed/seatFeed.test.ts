import { describe, expect, it } from 'vitest';

import { CLOSE_CODES } from '@/domain/feed/protocol';
import { beat, BEAT_MS, delta, makeFeed, snapshot } from '@/testing/feedHarness';
import { fixture } from '@/testing/fixtures';

const SILENCE_TIMEOUT_MS = 9_000;

describe('SeatFeed', () => {
  it('is connecting, and live after the first frame', () => {
    const { feed, names, socket } = makeFeed();
    feed.start();
    expect(names()).toEqual(['connecting']);
    expect(socket().resumeFrom).toBeNull();
    socket().receive(snapshot(41));
    expect(names()).toEqual(['connecting', 'live']);
  });

  it('delivers every frame in order', () => {
    const { feed, frames, socket } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(delta(41, 43));
    socket().receive(delta(43, 44));
    socket().receive(beat(44));
    expect(frames.map(({ type, seq }) => [type, seq])).toEqual([
      ['snapshot', 41],
      ['delta', 43],
      ['delta', 44],
      ['beat', 44],
    ]);
  });

  it('confirms its position after every tenth beat', () => {
    const { feed, socket } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(delta(41, 44));
    expect(socket().sent).toEqual([]);
    for (let beats = 0; beats < 20; beats += 1) socket().receive(beat(44));
    const { frame } = fixture('seen');
    expect(socket().sent.map((text) => JSON.parse(text) as unknown)).toEqual([frame, frame]);
  });

  it('resumes from the last applied frame', () => {
    const { feed, names, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(delta(41, 44));
    socket().drop(CLOSE_CODES.restarting);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: 100 });
    timers.advance(100);
    expect(sockets).toHaveLength(2);
    expect(socket().resumeFrom).toEqual({ seq: 44, layout: 'l1' });
    socket().receive(delta(44, 50));
    expect(names()).toEqual(['connecting', 'live', 'reconnecting', 'reconnecting', 'live']);
  });

  it('increases the delay until a beat shows that the connection holds', () => {
    const { feed, socket, timers } = makeFeed();
    feed.start();
    const delays: unknown[] = [];
    for (const seq of [41, 42, 43]) {
      socket().receive(snapshot(seq));
      socket().drop(CLOSE_CODES.tooSlow);
      delays.push(feed.state);
      timers.advance(5_000);
    }
    expect(delays).toEqual(
      [100, 200, 400].map((retryInMs) => ({ name: 'reconnecting', retryInMs })),
    );
    socket().receive(snapshot(44));
    socket().receive(beat(44));
    socket().drop(1006);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: 100 });
  });

  it.each([
    [4_000, 4_100],
    [1_000_000, 15_100],
  ])('spreads reconnects when there are %i viewers', (viewers, retryInMs) => {
    const { feed, socket } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(beat(41, viewers));
    socket().drop(CLOSE_CODES.restarting);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs });
  });

  it.each([
    [CLOSE_CODES.signInFirst, 'signInFirst'],
    [CLOSE_CODES.notForYou, 'notForYou'],
    [CLOSE_CODES.noSuchEvent, 'noSuchEvent'],
  ])('does not reconnect after %i', (code, reason) => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().drop(code);
    expect(feed.state).toEqual({ name: 'closed', reason });
    timers.advance(3_600_000);
    feed.networkBack();
    feed.pageVisible();
    expect(sockets).toHaveLength(1);
  });

  it('reconnects slowly after too many sockets', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().drop(CLOSE_CODES.tooManySockets);
    timers.advance(19_000);
    expect(sockets).toHaveLength(1);
    timers.advance(2_000);
    expect(sockets).toHaveLength(2);
  });

  it('reconnects from the last good frame when one is missing', () => {
    const { feed, frames, socket, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    const first = socket();
    first.receive(delta(43, 44));
    expect(frames).toHaveLength(1);
    expect(first.isClosed).toBe(true);
    timers.advance(1000);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
  });

  it('reconnects when a beat has another position', () => {
    const { feed, socket, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive(beat(42));
    expect(feed.state.name).toBe('reconnecting');
    timers.advance(1000);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
  });

  it('reconnects at once from its position with renewed credentials', () => {
    const { feed, socket, sockets } = makeFeed();
    feed.start();
    for (const seq of [41, 42, 43]) {
      socket().receive(seq === 41 ? snapshot(seq) : delta(seq - 1, seq));
      socket().renewCredentials();
      expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: null });
      expect(socket().resumeFrom).toEqual({ seq, layout: 'l1' });
    }
    expect(sockets).toHaveLength(4);
  });

  it('closes when the renewed credentials are refused too', () => {
    const { feed, socket, sockets } = makeFeed();
    feed.start();
    socket().renewCredentials();
    socket().renewCredentials();
    expect(sockets).toHaveLength(2);
    expect(feed.state).toEqual({ name: 'closed', reason: 'signInFirst' });
  });

  it('requests a snapshot when even the first frame does not fit', () => {
    const { feed, socket, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().drop(1006);
    timers.advance(1000);
    socket().receive(delta(12, 13));
    timers.advance(1000);
    expect(socket().resumeFrom).toBeNull();
  });

  it('requests a snapshot after a malformed frame', () => {
    const { feed, socket, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    socket().receive('{"type": "delta"}');
    expect(feed.state.name).toBe('reconnecting');
    timers.advance(1000);
    expect(socket().resumeFrom).toBeNull();
  });

  it('doubts a connection whose beat is overdue, and treats longer silence as its end', () => {
    const { feed, names, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    timers.advance(BEAT_MS + 999);
    expect(feed.state.name).toBe('live');
    timers.advance(1);
    expect(feed.state.name).toBe('checking');
    socket().receive(beat(41));
    expect(feed.state.name).toBe('live');
    timers.advance(SILENCE_TIMEOUT_MS - 1);
    expect(feed.state.name).toBe('checking');
    timers.advance(1);
    expect(feed.state.name).toBe('reconnecting');
    timers.advance(1000);
    expect(sockets).toHaveLength(2);
    expect(names().slice(1, 5)).toEqual(['live', 'checking', 'live', 'checking']);
  });

  it('reconnects at once when the network returns while it is in doubt', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    timers.advance(BEAT_MS + 1_000);
    feed.networkBack();
    expect(sockets).toHaveLength(2);
    expect(feed.state).toEqual({ name: 'reconnecting', retryInMs: null });
  });

  it('gives up on a connection that never opens', () => {
    const { feed, sockets, timers } = makeFeed();
    feed.start();
    timers.advance(SILENCE_TIMEOUT_MS + 1000);
    expect(sockets).toHaveLength(2);
  });

  it('is offline without a network and reconnects when it returns', () => {
    const { feed, socket, sockets, network, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    network.isOnline = false;
    feed.networkLost();
    socket().drop(1006);
    expect(feed.state).toEqual({ name: 'offline' });
    const tries = sockets.length;
    feed.networkBack();
    expect(sockets).toHaveLength(tries + 1);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    // One for silence and one for the polling fallback.
    expect(timers.plannedCount).toBe(2);
  });

  it('keeps trying while offline, since the browser may be wrong', () => {
    const { feed, socket, sockets, network, timers } = makeFeed();
    network.isOnline = false;
    feed.start();
    expect(feed.state).toEqual({ name: 'offline' });
    socket().drop(1006);
    timers.advance(5_000);
    expect(feed.state).toEqual({ name: 'offline' });
    expect(sockets).toHaveLength(2);
    socket().receive(snapshot(41));
    expect(feed.state).toEqual({ name: 'live' });
  });

  it('reconnects without delay when the page becomes visible', () => {
    const { feed, socket, sockets } = makeFeed();
    feed.start();
    socket().drop(1006);
    feed.pageVisible();
    expect(sockets).toHaveLength(2);
  });

  it('reconnects at once after the machine slept', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    timers.sleep(3_600_000);
    feed.pageVisible();
    expect(sockets).toHaveLength(2);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
  });

  it('keeps a healthy connection when the page becomes visible', () => {
    const { feed, socket, sockets } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    feed.pageVisible();
    expect(sockets).toHaveLength(1);
  });

  it('ignores a replaced socket', () => {
    const { feed, frames, socket } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    const old = socket();
    feed.networkLost();
    feed.networkBack();
    old.receive(delta(41, 42));
    old.drop(CLOSE_CODES.notForYou);
    expect(frames).toHaveLength(1);
    expect(feed.state.name).toBe('reconnecting');
  });

  it('leaves no timers or sockets behind when stopped', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    feed.stop();
    expect(socket().isClosed).toBe(true);
    expect(feed.state).toEqual({ name: 'closed', reason: 'left' });
    expect(timers.plannedCount).toBe(0);
    feed.networkBack();
    feed.pageVisible();
    expect(sockets).toHaveLength(1);
  });
});
