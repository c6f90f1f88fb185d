import { describe, expect, it } from 'vitest';

import type { FeedFrame } from '@/domain/feed/protocol';
import { makeFeed, POLL_MS } from '@/testing/feedHarness';

const LAYOUT = 'l1';
/** Longer than the first pauses before a reconnection. */
const RECONNECT_MS = 1_000;
const FALLBACK = { streamFallbackMs: 2_000, pollingFallbackMs: 4_000 };

const wanted = (...sections: number[]) => ({ layout: LAYOUT, sections: new Set(sections) });

const whole = (...sections: number[]) => ({ whole: sections.map((section) => [section, 'AA==']) });

function start(seq: number, ...sections: number[]): object {
  return { ...part(null, seq, whole(...sections)), layout: LAYOUT, free: [[0, 4, 4]] };
}

function part(from: number | null, seq: number, fields: object = {}): object {
  return { type: 'part', from, seq, now: 1, ...fields };
}

function sectionsOf(frame: FeedFrame | undefined): number[] {
  if (frame?.type !== 'part') throw new Error('not a part');
  return [...frame.sections];
}

/** A feed that has had a first part of these sections. */
function makeFollowing(...sections: number[]) {
  const made = makeFeed({ wanted: wanted(...sections) });
  made.feed.start();
  made.socket().receive(start(41, ...sections));
  return made;
}

describe('a feed of sections', () => {
  it('asks for them when it connects', () => {
    const { feed, socket } = makeFeed({ wanted: wanted(1) });
    feed.start();
    expect(socket().sections).toMatchObject({ layout: LAYOUT, added: new Set([1]) });
    expect(socket().resumeFrom).toBeNull();
  });

  it('has others once a frame has answered the request', () => {
    const { feed, frames, socket } = makeFollowing(1);
    feed.want(wanted(2));
    const request: unknown = JSON.parse(socket().sent.at(-1) ?? '');
    expect(request).toEqual({ type: 'subscribe', layout: LAYOUT, sections: '2', id: 0 });
    socket().receive(part(41, 42));
    expect(sectionsOf(frames.at(-1))).toEqual([1]);
    socket().receive(part(42, 42, { id: 0, ...whole(2) }));
    expect(sectionsOf(frames.at(-1))).toEqual([2]);
  });

  it('asks for nothing before the first frame, and then for what is wanted by then', () => {
    const { feed, socket } = makeFeed({ wanted: wanted() });
    feed.start();
    feed.want(wanted(3));
    expect(socket().sent).toEqual([]);
    socket().receive(start(41));
    expect(socket().sent).toHaveLength(1);
  });

  it('continues what it has after a reconnection, and adds what else is wanted', () => {
    const { feed, frames, socket, timers } = makeFollowing(1, 2);
    feed.want(wanted(2, 3));
    socket().drop(1006);
    timers.advance(RECONNECT_MS);
    expect(socket().resumeFrom).toEqual({ seq: 41, layout: LAYOUT });
    expect(socket().sections).toMatchObject({ known: new Set([2]), added: new Set([3]) });
    socket().receive(part(41, 50, { ...whole(3), free: [[0, 4, 4]] }));
    expect(sectionsOf(frames.at(-1))).toEqual([2, 3]);
    expect(socket().sent).toEqual([]);
  });

  it('starts anew if a frame leaves out the state of a section', () => {
    const { feed, socket, states } = withStates(makeFollowing(1));
    feed.want(wanted(1, 2));
    socket().receive(part(41, 42, { id: 0 }));
    expect(states().at(-1)).toBe('reconnecting');
  });

  it('asks again when the sections are numbered anew', () => {
    const { feed, frames, socket } = makeFollowing(1);
    socket().receive({ ...part(null, 50), layout: 'l2', free: [[0, 4]] });
    expect(sectionsOf(frames.at(-1))).toEqual([]);
    expect(socket().sent).toEqual([]);
    feed.want({ layout: 'l2', sections: new Set([1]) });
    expect(socket().sent).toHaveLength(1);
  });

  it('names no sections of a layout that the server has left', () => {
    const { socket, timers } = makeFollowing(1);
    socket().receive({ ...part(null, 50), layout: 'l2', free: [[0, 4]] });
    socket().drop(1006);
    timers.advance(RECONNECT_MS);
    expect(socket().sections).toMatchObject({
      layout: 'l2',
      known: new Set(),
      added: new Set(),
    });
  });

  it('opens another event stream for sections that it lacks, and none for fewer', () => {
    const { feed, frames, stream, streams, timers } = makeFeed({ ...FALLBACK, wanted: wanted(1) });
    feed.start();
    timers.advance(FALLBACK.streamFallbackMs);
    stream().receive(start(41, 1));
    feed.want(wanted());
    expect(streams).toHaveLength(1);
    feed.want(wanted(1, 2));
    expect(streams).toHaveLength(2);
    expect(stream().sections).toMatchObject({ known: new Set([1]), added: new Set([2]) });
    stream().receive(part(41, 42, { ...whole(2), free: [[0, 4, 3]] }));
    expect(sectionsOf(frames.at(-1))).toEqual([1, 2]);
  });

  it('applies the counts of a frame whose seats are older than what another has brought', () => {
    const { feed, frames, socket, stream, timers } = makeFeed({ ...FALLBACK, wanted: wanted(1) });
    feed.start();
    timers.advance(FALLBACK.streamFallbackMs);
    stream().receive(start(41, 1));
    feed.networkBack();
    stream().receive(part(41, 45, { changes: [[0, 2]] }));
    socket().receive(part(41, 43, { changes: [[1, 2]], free: [[0, 3, 4]] }));
    expect(frames.at(-1)).toMatchObject({
      from: 45,
      seq: 45,
      changes: [],
      free: [
        { pool: 0, free: 3 },
        { pool: 1, free: 4 },
      ],
    });
    socket().receive(part(43, 46, { changes: [[0, 2]] }));
    expect(frames.at(-1)).toMatchObject({ from: 45, seq: 46 });
  });

  it('polls for what is missing at once, but not while the server asks for a pause', () => {
    const { feed, frames, poll, polls, timers } = makeFeed({ ...FALLBACK, wanted: wanted() });
    feed.start();
    timers.advance(FALLBACK.pollingFallbackMs);
    poll().answered(start(41));
    feed.want(wanted(2));
    expect(polls).toHaveLength(2);
    poll().answered(part(41, 41, { ...whole(2), free: [[0, 4, 4]] }));
    expect(sectionsOf(frames.at(-1))).toEqual([2]);
    timers.advance(POLL_MS);
    poll().busy(9_000);
    feed.want(wanted(3));
    expect(polls).toHaveLength(3);
    timers.advance(9_000);
    expect(polls).toHaveLength(4);
    expect(poll().sections).toMatchObject({ added: new Set([3]) });
  });

  it('keeps its sections when a poll says that nothing has changed', () => {
    const { feed, frames, poll, timers } = makeFeed({ ...FALLBACK, wanted: wanted(1) });
    feed.start();
    timers.advance(FALLBACK.pollingFallbackMs);
    poll().answered(start(41, 1));
    timers.advance(POLL_MS);
    expect(poll().sections).toMatchObject({ hasCounts: true });
    poll().answered(null);
    expect(sectionsOf(frames.at(-1))).toEqual([1]);
  });

  it('asks for the counts if they are older than the seats', () => {
    const { feed, stream, poll, timers } = makeFeed({ ...FALLBACK, wanted: wanted(1) });
    feed.start();
    timers.advance(FALLBACK.streamFallbackMs);
    stream().receive(start(41, 1));
    stream().receive(part(41, 42, { changes: [[0, 2]] }));
    stream().drop(1006);
    timers.advance(RECONNECT_MS);
    stream().drop(1006);
    timers.advance(FALLBACK.pollingFallbackMs);
    expect(poll().sections).toMatchObject({ hasCounts: false });
  });
});

function withStates(made: ReturnType<typeof makeFeed>) {
  return { ...made, states: made.names };
}
