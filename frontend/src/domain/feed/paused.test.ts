import { describe, expect, it } from 'vitest';

import { CLOSE_CODES } from '@/domain/feed/protocol';
import { delta, makeFeed, snapshot } from '@/testing/feedHarness';

describe('a feed whose page nobody looks at', () => {
  it('costs nothing, and goes on at once when somebody does', () => {
    const { feed, frames, names, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().receive(snapshot(41));
    feed.pause();
    expect(socket().isClosed).toBe(true);
    expect(feed.state).toEqual({ name: 'paused' });
    expect(timers.plannedCount).toBe(0);
    timers.advance(3_600_000);
    feed.networkLost();
    feed.networkBack();
    expect(sockets).toHaveLength(1);

    feed.pageVisible();
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
    socket().receive(delta(41, 44));
    expect(names()).toEqual(['connecting', 'live', 'paused', 'connecting', 'live']);
    expect(frames).toHaveLength(2);
  });

  it('does not try again in its sleep what it was waiting to try', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().drop(1006);
    feed.pause();
    expect(timers.plannedCount).toBe(0);
    timers.advance(3_600_000);
    expect(sockets).toHaveLength(1);
  });

  it('finds out when it wakes that the network is away', () => {
    const { feed, sockets, network } = makeFeed();
    feed.start();
    feed.pause();
    network.isOnline = false;
    feed.pageVisible();
    expect(feed.state).toEqual({ name: 'offline' });
    network.isOnline = true;
    feed.networkBack();
    expect(sockets).toHaveLength(3);
  });

  it('does not wake what has ended', () => {
    const { feed, socket, sockets } = makeFeed();
    feed.start();
    socket().drop(CLOSE_CODES.notForYou);
    feed.pause();
    feed.pageVisible();
    expect(feed.state).toEqual({ name: 'closed', reason: 'notForYou' });
    expect(sockets).toHaveLength(1);
  });
});
