import { assertNever } from '@/lib/assertNever';
import type { Backoff, Timers } from '@/lib/feed/backoff';
import type { ServerClock } from '@/lib/feed/clock';
import { parseFrame } from '@/lib/feed/parseFrame';
import { CLOSE_CODES, type SeenFrame, type ServerFrame } from '@/lib/feed/protocol';

export type CloseReason = 'signInFirst' | 'notForYou' | 'noSuchEvent' | 'left';

export type FeedState =
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** Waiting to try again, or (null) trying at this moment. */
  | { readonly name: 'reconnecting'; readonly retryInMs: number | null }
  /** The machine says that it has no network; it may be mistaken, so it is tried all the same. */
  | { readonly name: 'offline' }
  /** Nobody looks at the page; nothing is tried until somebody does. */
  | { readonly name: 'asleep' }
  | { readonly name: 'closed'; readonly reason: CloseReason };

/** Where to go on from: what was applied last, and the seat order it was applied to. */
export interface Position {
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
  outdated(): void;
}

export interface SeatFeedOptions {
  readonly openSocket: (resumeFrom: Position | null, events: SocketEvents) => FeedSocket;
  readonly backoff: Backoff;
  readonly timers: Timers;
  readonly clock: ServerClock;
  readonly isOnline: () => boolean;
  /** The wall clock, which goes on while the machine sleeps, as timers do not. */
  readonly wallNow: () => number;
  /** How long a connection may be silent before it counts as dead: about three beats. */
  readonly silenceMs: number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: FeedState) => void;
}

const TOO_MANY_SOCKETS_WAIT_MS = 20_000;
/** About what a server needs to take one viewer in; it can take in no more at a time. */
const SPREAD_MS_PER_VIEWER = 1;
const MAX_SPREAD_MS = 15_000;

/**
 * Keeps one event's seats coming, in order and without gaps, for as long as it is wanted.
 *
 * At most one socket is open at any time. Each frame handed to `onFrame` continues exactly where
 * the one before ended, or is a snapshot; whatever does not is answered by connecting again.
 */
export class SeatFeed {
  readonly #options: SeatFeedOptions;
  #state: FeedState = { name: 'connecting' };
  #socket: FeedSocket | null = null;
  #position: Position | null = null;
  #framesOnThisSocket = 0;
  /** Nothing was heard since a socket was closed as outdated. */
  #isOutdated = false;
  #lastHeardAt = 0;
  #viewers = 0;
  #callOffWatchdog: (() => void) | null = null;

  constructor(options: SeatFeedOptions) {
    this.#options = options;
  }

  get state(): FeedState {
    return this.#state;
  }

  start(): void {
    this.#open(this.#options.isOnline() ? { name: 'connecting' } : { name: 'offline' });
  }

  stop(): void {
    this.#end('left');
  }

  networkLost(): void {
    if (this.#state.name === 'closed' || this.#state.name === 'asleep') return;
    this.#drop();
    this.#options.backoff.cancel();
    this.#open({ name: 'offline' });
  }

  networkBack(): void {
    if (this.#state.name === 'offline' || this.#isWaiting()) this.#openAgain();
  }

  /** Nobody has looked at the page for a while: it costs nothing until somebody does. */
  pageForgotten(): void {
    if (this.#state.name === 'closed') return;
    this.#drop();
    this.#options.backoff.cancel();
    this.#enter({ name: 'asleep' });
  }

  /** The page is looked at again, perhaps after the machine slept. */
  pageShown(): void {
    if (this.#state.name === 'asleep') {
      this.start();
      return;
    }
    const heardMsAgo = this.#options.wallNow() - this.#lastHeardAt;
    if (this.#isWaiting() || (this.#socket !== null && heardMsAgo > this.#options.silenceMs)) {
      this.#openAgain();
    }
  }

  #openAgain(): void {
    this.#drop();
    this.#options.backoff.cancel();
    this.#open({ name: 'reconnecting', retryInMs: null });
  }

  #open(state: FeedState): void {
    this.#enter(state);
    this.#framesOnThisSocket = 0;
    // A socket that was dropped may still speak; only the newest one is listened to.
    const isCurrent = () => this.#socket === socket;
    const socket = this.#options.openSocket(this.#position, {
      message: (text) => {
        if (isCurrent()) this.#hear(text);
      },
      closed: (code) => {
        if (isCurrent()) this.#closedWith(code);
      },
      outdated: () => {
        if (isCurrent()) this.#comeBackAnew();
      },
    });
    this.#socket = socket;
    this.#watch();
  }

  #hear(text: string): void {
    this.#watch();
    try {
      const frame = parseFrame(text);
      if (frame !== null) this.#take(frame);
    } catch {
      this.#position = null;
      this.#retry();
    }
  }

  #take(frame: ServerFrame): void {
    this.#options.clock.observe(frame.now);
    switch (frame.type) {
      case 'snapshot':
        this.#position = { seq: frame.seq, layout: frame.layout };
        break;
      case 'delta':
        if (this.#position?.seq !== frame.from) {
          this.#missedSomething();
          return;
        }
        this.#position = { ...this.#position, seq: frame.seq };
        break;
      case 'beat':
        if (this.#position?.seq !== frame.seq) {
          this.#missedSomething();
          return;
        }
        this.#viewers = frame.viewers;
        this.#say({ type: 'seen', seq: frame.seq });
        this.#options.backoff.reset();
        break;
      default:
        assertNever(frame);
    }
    this.#framesOnThisSocket += 1;
    this.#isOutdated = false;
    if (this.#state.name !== 'live') this.#enter({ name: 'live' });
    this.#options.onFrame(frame);
  }

  #missedSomething(): void {
    // When even the first frame does not fit, our position is of no use to the server.
    if (this.#framesOnThisSocket === 0) this.#position = null;
    this.#retry();
  }

  #closedWith(code: number): void {
    switch (code) {
      case CLOSE_CODES.signInFirst:
        this.#end('signInFirst');
        break;
      case CLOSE_CODES.notForYou:
        this.#end('notForYou');
        break;
      case CLOSE_CODES.noSuchEvent:
        this.#end('noSuchEvent');
        break;
      case CLOSE_CODES.tooManySockets:
        this.#retry(TOO_MANY_SOCKETS_WAIT_MS);
        break;
      default:
        this.#retry();
    }
  }

  #comeBackAnew(): void {
    // What is newer is not let in either: it would be for ever.
    if (this.#isOutdated) {
      this.#end('signInFirst');
      return;
    }
    this.#isOutdated = true;
    this.#openAgain();
  }

  #retry(leastMs = 0): void {
    this.#drop();
    const isOnline = this.#options.isOnline();
    // Whatever has sent this viewer away has most likely sent away all of them at this moment.
    const spreadMs = Math.min(this.#viewers * SPREAD_MS_PER_VIEWER, MAX_SPREAD_MS);
    const retryInMs = this.#options.backoff.schedule(
      () => {
        this.#open(isOnline ? { name: 'reconnecting', retryInMs: null } : { name: 'offline' });
      },
      { leastMs, spreadMs },
    );
    this.#enter(isOnline ? { name: 'reconnecting', retryInMs } : { name: 'offline' });
  }

  #watch(): void {
    this.#lastHeardAt = this.#options.wallNow();
    this.#callOffWatchdog?.();
    this.#callOffWatchdog = this.#options.timers.after(this.#options.silenceMs, () => {
      this.#retry();
    });
  }

  #say(frame: SeenFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#callOffWatchdog?.();
    this.#callOffWatchdog = null;
    socket?.close();
  }

  #end(reason: CloseReason): void {
    this.#drop();
    this.#options.backoff.cancel();
    this.#enter({ name: 'closed', reason });
  }

  #isWaiting(): boolean {
    return this.#state.name === 'reconnecting' && this.#state.retryInMs !== null;
  }

  #enter(state: FeedState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
