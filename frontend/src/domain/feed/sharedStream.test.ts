import { describe, expect, it } from 'vitest';

import { createStreamTabs } from '@/browser/streamTabs';
import type { FeedStart, PollEvents } from '@/domain/feed/feedState';
import { CLOSE_CODES } from '@/domain/feed/protocol';
import { SharedStream } from '@/domain/feed/sharedStream';
import { beat, delta, FakeConnection, snapshot } from '@/testing/feedHarness';
import { FakeBrowser } from '@/testing/fakeBrowser';
import { FakeTimers } from '@/testing/fakeTimers';

const ANEW: FeedStart = { resumeFrom: null, sections: null };
const PAUSE_MS = 250;
const CLUB = 'club';

interface Question extends PollEvents {
  readonly start: FeedStart;
}

/** The tabs of one browser; the test plays the server. */
function makeBrowser() {
  const browser = new FakeBrowser();
  const timers = new FakeTimers();
  const streams: FakeConnection[] = [];
  function openTab() {
    const tabs = createStreamTabs(browser.locks, browser.openChannel());
    const heard: Record<string, unknown>[] = [];
    const codes: number[] = [];
    const polls: Question[] = [];
    return {
      heard,
      codes,
      polls,
      poll: () => newest(polls),
      seqs: () => heard.map(({ seq }) => seq),
      watch: (start = ANEW, stream = CLUB) =>
        new SharedStream({
          stream,
          start,
          events: {
            message: (text) => heard.push(JSON.parse(text) as Record<string, unknown>),
            closed: (code) => codes.push(code),
          },
          tabs,
          open: (from, events) => {
            const opened = new FakeConnection(from, {
              ...events,
              credentialsRenewed: () => undefined,
            });
            streams.push(opened);
            return opened;
          },
          poll: (from, events) => {
            polls.push({ start: from, ...events });
            return () => undefined;
          },
          timers,
        }),
    };
  }
  return { browser, timers, streams, stream: () => newest(streams), openTab };
}

function newest<T>(list: readonly T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new Error('There is none');
  return last;
}

/** A leader, and a tab that has caught up with it at number 41. */
async function makePair() {
  const made = makeBrowser();
  const [first, second] = [made.openTab(), made.openTab()];
  const leader = first.watch();
  await made.browser.settle();
  made.stream().receive(snapshot(41));
  made.stream().receive(beat(41, 2));
  const follower = second.watch();
  made.timers.advance(0);
  second.poll().answered(snapshot(41));
  return { ...made, first, second, leader, follower };
}

describe('the tabs of a browser', () => {
  it('share one stream', async () => {
    const { browser, streams, openTab, timers, stream } = makeBrowser();
    const tabs = Array.from({ length: 8 }, openTab);
    for (const tab of tabs) tab.watch();
    await browser.settle();
    expect(streams).toHaveLength(1);
    stream().receive(snapshot(41));
    timers.advance(0);
    for (const tab of tabs.slice(1)) tab.poll().answered(snapshot(41));
    stream().receive(delta(41, 42));
    stream().receive(beat(42));
    for (const tab of tabs) expect(tab.seqs()).toEqual([41, 42, 42]);
    expect(tabs.flatMap(({ polls }) => polls)).toHaveLength(7);
  });

  it('take over from the last position without a gap', async () => {
    const { browser, first, second, leader, stream, streams, openTab, timers } = await makePair();
    const third = openTab();
    third.watch();
    timers.advance(0);
    third.poll().answered(snapshot(41));
    stream().receive(delta(41, 43));
    leader.close();
    expect(stream().isClosed).toBe(true);
    await browser.settle();
    expect(streams).toHaveLength(2);
    expect(stream().resumeFrom).toEqual({ seq: 43, layout: 'l1' });
    stream().receive(delta(43, 46));
    expect(second.heard.slice(-2)).toMatchObject([
      { from: 41, seq: 43 },
      { from: 43, seq: 46 },
    ]);
    expect(third.heard.slice(-2)).toMatchObject([
      { from: 41, seq: 43 },
      { from: 43, seq: 46 },
    ]);
    expect(first.seqs()).toEqual([41, 41, 43]);
  });

  it('take over from a tab that died', async () => {
    const { browser, streams, stream } = await makePair();
    browser.breakLock();
    await browser.settle();
    expect(streams).toHaveLength(2);
    expect(stream().resumeFrom).toEqual({ seq: 41, layout: 'l1' });
  });

  it('all reconnect when the server closes the stream, but one alone signs in again', async () => {
    const { browser, first, second, stream, streams } = await makePair();
    stream().drop(CLOSE_CODES.restarting);
    expect([first.codes, second.codes]).toEqual([[1012], [1012]]);
    await browser.settle();
    expect(streams).toHaveLength(1);

    const other = await makePair();
    other.stream().drop(CLOSE_CODES.signInFirst);
    await other.browser.settle();
    expect([other.first.codes, other.second.codes]).toEqual([[4401], []]);
    expect(other.streams).toHaveLength(2);
  });

  it('of another event get nothing, and the stream after it', async () => {
    const { browser, leader, openTab, stream, streams, timers } = await makePair();
    const theatre = openTab();
    theatre.watch(ANEW, 'theatre');
    stream().receive(delta(41, 42));
    timers.advance(60_000);
    expect([theatre.heard, theatre.polls]).toEqual([[], []]);
    leader.close();
    await browser.settle();
    expect(streams).toHaveLength(2);
    streams[1]?.drop(1006);
    await browser.settle();
    expect(stream().resumeFrom).toBeNull();
    stream().receive(snapshot(7));
    expect(theatre.seqs()).toEqual([7]);
  });

  it('release the stream once each has closed its own', async () => {
    const { browser, openTab, streams } = makeBrowser();
    const [one, other] = [openTab(), openTab()];
    const first = one.watch();
    await browser.settle();
    // Beside a silent one.
    const second = one.watch();
    expect(streams).toHaveLength(2);
    other.watch();
    first.close();
    await browser.settle();
    expect(streams).toHaveLength(2);
    second.close();
    await browser.settle();
    expect(streams).toHaveLength(3);
  });
});

describe('a tab that follows', () => {
  it('continues from a position of its own', async () => {
    const { stream, openTab, timers } = await makePair();
    const late = openTab();
    late.watch({ resumeFrom: { seq: 30, layout: 'l1' }, sections: null });
    timers.advance(0);
    expect(late.poll().start.resumeFrom).toEqual({ seq: 30, layout: 'l1' });
    late.poll().answered(delta(30, 42));
    // What the leader brings began before.
    stream().receive(delta(41, 44));
    stream().receive(delta(44, 45));
    expect(late.heard).toMatchObject([
      { from: 30, seq: 42 },
      { from: 42, seq: 44 },
      { from: 44, seq: 45 },
    ]);
  });

  it('requests what it missed while it caught up', async () => {
    const { second, stream, openTab, timers } = await makePair();
    const late = openTab();
    late.watch();
    timers.advance(0);
    stream().receive(delta(41, 43));
    late.poll().answered(snapshot(42));
    timers.advance(PAUSE_MS);
    expect(late.poll().start.resumeFrom?.seq).toBe(42);
    late.poll().answered(delta(42, 43));
    expect(late.seqs()).toEqual([42, 43]);
    expect(second.polls).toHaveLength(1);
  });

  it('requests what is missing between two frames', async () => {
    const { second, stream, timers } = await makePair();
    stream().receive(delta(45, 46));
    expect(second.seqs()).toEqual([41]);
    timers.advance(PAUSE_MS);
    second.poll().answered(delta(41, 46));
    stream().receive(delta(46, 47));
    expect(second.seqs()).toEqual([41, 46, 47]);
  });

  it('is told at once that nothing has changed', async () => {
    const { openTab, timers } = await makePair();
    const late = openTab();
    late.watch({ resumeFrom: { seq: 41, layout: 'l1' }, sections: null });
    timers.advance(0);
    late.poll().answered(null);
    expect(late.heard).toMatchObject([{ type: 'beat', seq: 41, viewers: 2 }]);
  });

  it('requests the changes of sections of its own', async () => {
    const { stream, openTab, timers } = await makePair();
    const tab = openTab();
    const sections = { layout: 'l1', known: new Set<number>(), added: new Set([2]) };
    tab.watch({ resumeFrom: null, sections: { ...sections, hasCounts: false } });
    timers.advance(0);
    const whole = [[2, 'AA==']];
    tab.poll().answered({ type: 'part', from: null, seq: 41, now: 1, layout: 'l1', whole });
    stream().receive(delta(41, 42));
    expect(tab.seqs()).toEqual([41]);
    timers.advance(PAUSE_MS);
    expect(tab.poll().start).toEqual({
      resumeFrom: { seq: 41, layout: 'l1' },
      sections: { layout: 'l1', known: new Set([2]), added: new Set(), hasCounts: true },
    });
    tab.poll().answered({ type: 'part', from: 41, seq: 42, now: 1, changes: [[0, 2]] });
    expect(tab.seqs()).toEqual([41, 42]);
  });

  it('waits as long as a busy server says, and closes when it is refused', async () => {
    const { second, stream, timers } = await makePair();
    stream().receive(delta(45, 46));
    timers.advance(PAUSE_MS);
    second.poll().busy(5_000);
    timers.advance(4_999);
    expect(second.polls).toHaveLength(2);
    timers.advance(1);
    expect(second.polls).toHaveLength(3);
    second.poll().failed(CLOSE_CODES.notForYou);
    stream().receive(delta(46, 47));
    expect([second.codes, second.seqs()]).toEqual([[4403], [41]]);
  });
});
