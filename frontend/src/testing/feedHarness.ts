import { Backoff } from '@/domain/feed/backoff';
import type {
  ConnectionEvents,
  FeedConnection,
  FeedStart,
  FeedState,
  OpenConnection,
  PollEvents,
  ResumePosition,
  SectionStart,
} from '@/domain/feed/feedState';
import type { FeedFrame } from '@/domain/feed/protocol';
import { SeatFeed } from '@/domain/feed/seatFeed';
import type { WantedSections } from '@/domain/feed/sectionSet';
import { createServerClock } from '@/domain/serverClock';
import { FakeTimers } from '@/testing/fakeTimers';

/** A socket or event stream; the test plays the server. */
export class FakeConnection implements FeedConnection {
  readonly sent: string[] = [];
  isClosed = false;
  readonly resumeFrom: ResumePosition | null;
  readonly sections: SectionStart | null;
  readonly #events: ConnectionEvents;

  constructor({ resumeFrom, sections }: FeedStart, events: ConnectionEvents) {
    this.resumeFrom = resumeFrom;
    this.sections = sections;
    this.#events = events;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  receive(frame: object | string): void {
    this.#events.message(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  drop(code: number): void {
    this.#events.closed(code);
  }

  renewCredentials(): void {
    this.#events.credentialsRenewed();
  }
}

export interface FakePoll extends PollEvents {
  readonly resumeFrom: ResumePosition | null;
  readonly sections: SectionStart | null;
  isCancelled: boolean;
}

export const BEAT_MS = 3_000;
export const POLL_MS = 3_000;
export const POLL_LATE_MS = 1_500;
const A_DAY = 86_400_000;

interface FeedSetting {
  readonly streamFallbackMs?: number;
  readonly pollingFallbackMs?: number;
  readonly wanted?: WantedSections | null;
}

/** A feed with fake connections, time and network. It never falls back by default. */
export function makeFeed({
  streamFallbackMs = A_DAY,
  pollingFallbackMs = 2 * A_DAY,
  wanted = null,
}: FeedSetting = {}) {
  const timers = new FakeTimers();
  const sockets: FakeConnection[] = [];
  const streams: FakeConnection[] = [];
  const polls: FakePoll[] = [];
  const frames: FeedFrame[] = [];
  const states: FeedState[] = [];
  const network = { isOnline: true };
  const page = { isHidden: false };
  const openInto =
    (opened: FakeConnection[]): OpenConnection =>
    (start, events) => {
      const connection = new FakeConnection(start, events);
      opened.push(connection);
      return connection;
    };
  const feed = new SeatFeed({
    openSocket: openInto(sockets),
    openStream: openInto(streams),
    wanted,
    poll: (start, events) => {
      const poll: FakePoll = {
        ...start,
        isCancelled: false,
        answered: (frame) => {
          if (!poll.isCancelled) events.answered(frame);
        },
        busy: (waitMs) => {
          if (!poll.isCancelled) events.busy(waitMs);
        },
        failed: (code) => {
          if (!poll.isCancelled) events.failed(code);
        },
      };
      polls.push(poll);
      return () => {
        poll.isCancelled = true;
      };
    },
    backoff: new Backoff({ baseMs: 100, capMs: 10_000, timers, random: () => 1 }),
    timers,
    random: () => 1,
    clock: createServerClock(() => timers.now),
    isOnline: () => network.isOnline,
    isHidden: () => page.isHidden,
    wallNow: () => timers.now,
    beatIntervalMs: BEAT_MS,
    streamFallbackMs,
    pollingFallbackMs,
    pollIntervalMs: POLL_MS,
    pollLateMs: POLL_LATE_MS,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
  });
  return {
    feed,
    timers,
    sockets,
    streams,
    polls,
    frames,
    network,
    page,
    names: () => states.map(({ name }) => name),
    socket: () => {
      const newest = sockets.at(-1);
      if (newest === undefined) throw new Error('No socket was opened');
      return newest;
    },
    stream: () => {
      const newest = streams.at(-1);
      if (newest === undefined) throw new Error('No event stream was opened');
      return newest;
    },
    poll: () => {
      const newest = polls.at(-1);
      if (newest === undefined) throw new Error('Nothing was asked');
      return newest;
    },
  };
}

export function snapshot(seq: number): object {
  return { type: 'snapshot', event: 7, seq, now: 1, layout: 'l1', statuses: 'AAA=', locks: [] };
}

export function delta(from: number, seq: number): object {
  return { type: 'delta', from, seq, now: 1, changes: [[0, 2, null, null]] };
}

export function beat(seq: number, viewers = 0, next = BEAT_MS): object {
  return { type: 'beat', seq, now: 1, viewers, revision: 1, next };
}
