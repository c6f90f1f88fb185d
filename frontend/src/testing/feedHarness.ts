import { Backoff } from '@/domain/feed/backoff';
import { createServerClock } from '@/domain/feed/clock';
import type {
  FeedSocket,
  FeedState,
  PollEvents,
  Position,
  SocketEvents,
} from '@/domain/feed/feedState';
import type { ServerFrame } from '@/domain/feed/protocol';
import { SeatFeed } from '@/domain/feed/seatFeed';
import { FakeTimers } from '@/testing/fakeTimers';

export class FakeSocket implements FeedSocket {
  readonly sent: string[] = [];
  isClosed = false;
  readonly resumeFrom: Position | null;
  readonly #events: SocketEvents;

  constructor(resumeFrom: Position | null, events: SocketEvents) {
    this.resumeFrom = resumeFrom;
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

  outdate(): void {
    this.#events.outdated();
  }
}

export interface FakePoll extends PollEvents {
  readonly resumeFrom: Position | null;
  isCalledOff: boolean;
}

export const POLL_MS = 3_000;
const A_DAY = 86_400_000;

/** A feed whose socket, time and network are in the test's hands. It is patient unless told. */
export function makeFeed({ patienceMs = A_DAY } = {}) {
  const timers = new FakeTimers();
  const sockets: FakeSocket[] = [];
  const polls: FakePoll[] = [];
  const frames: ServerFrame[] = [];
  const states: FeedState[] = [];
  const network = { isOnline: true };
  const feed = new SeatFeed({
    openSocket: (resumeFrom, events) => {
      const socket = new FakeSocket(resumeFrom, events);
      sockets.push(socket);
      return socket;
    },
    poll: (resumeFrom, events) => {
      const poll: FakePoll = {
        resumeFrom,
        isCalledOff: false,
        answered: (frame) => {
          if (!poll.isCalledOff) events.answered(frame);
        },
        busy: (waitMs) => {
          if (!poll.isCalledOff) events.busy(waitMs);
        },
        failed: (code) => {
          if (!poll.isCalledOff) events.failed(code);
        },
      };
      polls.push(poll);
      return () => {
        poll.isCalledOff = true;
      };
    },
    backoff: new Backoff({ baseMs: 100, capMs: 10_000, timers, random: () => 1 }),
    timers,
    clock: createServerClock(() => timers.now),
    isOnline: () => network.isOnline,
    wallNow: () => timers.now,
    silenceMs: 15_000,
    patienceMs,
    pollMs: POLL_MS,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
  });
  return {
    feed,
    timers,
    sockets,
    polls,
    frames,
    network,
    names: () => states.map(({ name }) => name),
    socket: () => {
      const newest = sockets.at(-1);
      if (newest === undefined) throw new Error('No socket was opened');
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

export function beat(seq: number, viewers = 0): object {
  return { type: 'beat', seq, now: 1, viewers };
}
