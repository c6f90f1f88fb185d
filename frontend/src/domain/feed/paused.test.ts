import { describe, expect, it } from 'vitest';

import { CLOSE_CODES } from '@/domain/feed/protocol';
import { delta, makeFeed, snapshot } from '@/testing/feedHarness';

describe('a feed of a hidden page', () => {
  it('sends nothing, and reconnects at once when the page is visible', () => {
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

  it('does not retry while paused', () => {
    const { feed, socket, sockets, timers } = makeFeed();
    feed.start();
    socket().drop(1006);
    feed.pause();
    expect(timers.plannedCount).toBe(0);
    timers.advance(3_600_000);
    expect(sockets).toHaveLength(1);
  });

  it('notices on resume that the network is gone', () => {
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

  it('does not resume a closed feed', () => {
    const { feed, socket, sockets } = makeFeed();
    feed.start();
    socket().drop(CLOSE_CODES.notForYou);
    feed.pause();
    feed.pageVisible();
    expect(feed.state).toEqual({ name: 'closed', reason: 'notForYou' });
    expect(sockets).toHaveLength(1);
  });
});
