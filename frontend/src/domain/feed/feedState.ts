import type { Backoff, Timers } from '@/domain/feed/backoff';
import type { ServerFrame } from '@/domain/feed/protocol';
import type { ServerClock } from '@/domain/serverClock';

export type CloseReason = 'signInFirst' | 'notForYou' | 'noSuchEvent' | 'left';

export type FeedState =
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** No socket gets through, so the server is asked every so often. */
  | { readonly name: 'polling'; readonly everyMs: number }
  /** Waiting to try again, or (null) trying at this moment. */
  | { readonly name: 'reconnecting'; readonly retryInMs: number | null }
  /** The machine says that it has no network; it may be mistaken, so it is tried all the same. */
  | { readonly name: 'offline' }
  /** Nobody looks at the page; nothing is tried until somebody does. */
  | { readonly name: 'paused' }
  | { readonly name: 'closed'; readonly reason: CloseReason };

/** Where to go on from: what was applied last, and the seat order it was applied to. */
export interface ResumePosition {
  readonly seq: number;
  readonly layout: string;
}

export interface FeedSocket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  message(text: string): void;
  closed(code: number): void;
  /** It was closed because what it offered had grown old, and there is something newer to offer. */
  credentialsRenewed(): void;
}

export interface PollEvents {
  /** What the server answered, as JSON has it; null if nothing has changed. */
  answered(frame: unknown): void;
  /** It has too much to do, or has been asked too much. */
  busy(waitMs: number): void;
  /** There is no answer, for the reason that a socket would have been closed with. */
  failed(code: number): void;
}

export interface SeatFeedOptions {
  readonly openSocket: (resumeFrom: ResumePosition | null, events: SocketEvents) => FeedSocket;
  /** Ask for what is new. The answer calls the question off: nothing is told after that. */
  readonly poll: (resumeFrom: ResumePosition | null, events: PollEvents) => () => void;
  readonly backoff: Backoff;
  readonly timers: Timers;
  readonly clock: ServerClock;
  readonly isOnline: () => boolean;
  /** The wall clock, which goes on while the machine sleeps, as timers do not. */
  readonly wallNow: () => number;
  /** How long a connection may be silent before it counts as dead: about three beats. */
  readonly silenceTimeoutMs: number;
  /** How long to go on without a frame before the server is asked instead. */
  readonly pollingFallbackMs: number;
  readonly pollIntervalMs: number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: FeedState) => void;
}
