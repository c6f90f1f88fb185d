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

describe('a feed without a socket, of a hidden page', () => {
  const FALLBACK = { streamFallbackMs: 2_000, pollingFallbackMs: 4_000 };

  it('closes its stream at once, and resumes by one when the page is visible', () => {
    const { feed, page, stream, streams, timers } = makeFeed(FALLBACK);
    feed.start();
    timers.advance(2_000);
    stream().receive(snapshot(41));
    page.isHidden = true;
    feed.pageHidden();
    expect(stream().isClosed).toBe(true);
    expect(feed.state).toEqual({ name: 'paused' });
    expect(timers.plannedCount).toBe(0);

    page.isHidden = false;
    feed.pageVisible();
    expect(streams).toHaveLength(2);
    expect(stream().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
  });

  it('opens none, and does not poll either', () => {
    const { feed, page, polls, streams, timers } = makeFeed(FALLBACK);
    page.isHidden = true;
    feed.start();
    timers.advance(60_000);
    expect([streams.length, polls.length]).toEqual([0, 0]);
    expect(feed.state).toEqual({ name: 'paused' });
  });

  it('keeps a socket', () => {
    const { feed, page, socket } = makeFeed(FALLBACK);
    feed.start();
    socket().receive(snapshot(41));
    page.isHidden = true;
    feed.pageHidden();
    expect(socket().isClosed).toBe(false);
    expect(feed.state).toEqual({ name: 'live' });
  });
});
