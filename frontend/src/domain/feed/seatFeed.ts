import { assertNever } from '@/domain/assertNever';
import { spreadOf } from '@/domain/feed/backoff';
import type {
  CloseReason,
  FeedSocket,
  FeedState,
  Position,
  SeatFeedOptions,
} from '@/domain/feed/feedState';
import { frameOf, parseFrame } from '@/domain/feed/parseFrame';
import { nothingNew, Polling } from '@/domain/feed/polling';
import { CLOSE_CODES, type SeenFrame, type ServerFrame } from '@/domain/feed/protocol';

const REASON_BY_CODE: ReadonlyMap<number, CloseReason> = new Map([
  [CLOSE_CODES.signInFirst, 'signInFirst'],
  [CLOSE_CODES.notForYou, 'notForYou'],
  [CLOSE_CODES.noSuchEvent, 'noSuchEvent'],
]);
const TOO_MANY_SOCKETS_WAIT_MS = 20_000;

/**
 * Keeps one event's seats coming, in order and without gaps, for as long as it is wanted: by a
 * socket, or by asking where none gets through.
 *
 * At most one socket is open at any time, and never while a question is under way: one is tried
 * between two questions. Each frame handed to `onFrame` continues exactly where the one before
 * ended, or is a snapshot; whatever does not is answered by connecting again.
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
  #callOffPatience: (() => void) | null = null;
  readonly #polling: Polling;

  constructor(options: SeatFeedOptions) {
    this.#options = options;
    this.#polling = new Polling(options.timers);
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
    if (['offline', 'polling'].includes(this.#state.name) || this.#isWaiting()) this.#openAgain();
  }

  /** Nobody has looked at the page for a while: it costs nothing until somebody does. */
  pageForgotten(): void {
    if (this.#state.name === 'closed') return;
    this.#drop();
    this.#beImpatientNoMore();
    this.#options.backoff.cancel();
    this.#enter({ name: 'asleep' });
  }

  /** The page is looked at again, perhaps after the machine slept. */
  pageShown(): void {
    if (this.#state.name === 'asleep') {
      this.start();
      return;
    }
    if (this.#state.name === 'polling') {
      this.#poll();
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
    this.#callOffPatience ??= this.#options.timers.after(this.#options.patienceMs, () => {
      this.#callOffPatience = null;
      this.#options.backoff.cancel();
      this.#poll();
    });
    this.#connect();
    this.#watch();
  }

  #connect(): void {
    this.#framesOnThisSocket = 0;
    // A socket that was dropped may still speak; only the newest one is listened to.
    const isCurrent = () => this.#socket === socket;
    const socket = this.#options.openSocket(this.#position, {
      message: (text) => {
        if (isCurrent()) this.#hear(text);
      },
      closed: (code) => {
        if (!isCurrent()) return;
        if (this.#polling.isUnderWay) this.#socket = null;
        else this.#closedWith(code);
      },
      outdated: () => {
        if (isCurrent()) this.#comeBackAnew();
      },
    });
    this.#socket = socket;
  }

  #poll(): void {
    this.#drop();
    const question = this.#options.poll(this.#position, {
      answered: (frame) => {
        this.#answered(frame);
      },
      busy: (waitMs) => {
        this.#enter({ name: 'reconnecting', retryInMs: waitMs });
        this.#pollAfter(waitMs);
      },
      failed: (code) => {
        this.#closedWith(code);
      },
    });
    this.#polling.asked(question);
  }

  #answered(answer: unknown): void {
    try {
      const now = this.#options.clock.now();
      const frame = answer === null ? nothingNew(this.#position, now) : frameOf(answer);
      if (frame !== null && !this.#take(frame)) return;
    } catch {
      this.#position = null;
      this.#retry();
      return;
    }
    const { pollMs } = this.#options;
    this.#options.backoff.reset();
    this.#isOutdated = false;
    if (this.#state.name !== 'polling') this.#enter({ name: 'polling', everyMs: pollMs });
    this.#pollAfter(pollMs);
    if (this.#polling.isTryDue()) this.#connect();
  }

  #pollAfter(waitMs: number): void {
    this.#polling.askAfter(waitMs, () => {
      this.#poll();
    });
  }

  #hear(text: string): void {
    this.#watch();
    try {
      const frame = parseFrame(text);
      if (frame === null || !this.#take(frame)) return;
    } catch {
      this.#position = null;
      this.#retry();
      return;
    }
    this.#framesOnThisSocket += 1;
    this.#isOutdated = false;
    this.#beImpatientNoMore();
    this.#polling.stop();
    if (this.#state.name !== 'live') this.#enter({ name: 'live' });
  }

  /** Hand a frame on if it continues where the last one ended; connect again if it does not. */
  #take(frame: ServerFrame): boolean {
    this.#options.clock.observe(frame.now);
    switch (frame.type) {
      case 'snapshot':
        this.#position = { seq: frame.seq, layout: frame.layout };
        break;
      case 'delta':
        if (this.#position?.seq !== frame.from) {
          this.#missedSomething();
          return false;
        }
        this.#position = { ...this.#position, seq: frame.seq };
        break;
      case 'beat':
        if (this.#position?.seq !== frame.seq) {
          this.#missedSomething();
          return false;
        }
        this.#viewers = frame.viewers;
        this.#say({ type: 'seen', seq: frame.seq });
        this.#options.backoff.reset();
        break;
      default:
        assertNever(frame);
    }
    this.#options.onFrame(frame);
    return true;
  }

  #missedSomething(): void {
    // When even the first frame does not fit, our position is of no use to the server.
    if (this.#framesOnThisSocket === 0) this.#position = null;
    this.#retry();
  }

  #closedWith(code: number): void {
    const reason = REASON_BY_CODE.get(code);
    if (reason !== undefined) this.#end(reason);
    else this.#retry(code === CLOSE_CODES.tooManySockets ? TOO_MANY_SOCKETS_WAIT_MS : 0);
  }

  #comeBackAnew(): void {
    const isPolling = this.#polling.isUnderWay;
    if (this.#isOutdated) {
      // What is newer is not let in either: it would be for ever.
      if (isPolling) this.#socket = null;
      else this.#end('signInFirst');
      return;
    }
    this.#isOutdated = true;
    if (isPolling) this.#connect();
    else this.#openAgain();
  }

  #retry(leastMs = 0): void {
    this.#drop();
    const isOnline = this.#options.isOnline();
    // Whatever has sent this viewer away has most likely sent away all of them at this moment.
    const retryInMs = this.#options.backoff.schedule(
      () => {
        this.#open(isOnline ? { name: 'reconnecting', retryInMs: null } : { name: 'offline' });
      },
      { leastMs, spreadMs: spreadOf(this.#viewers) },
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
    this.#polling.stop();
    socket?.close();
  }

  #beImpatientNoMore(): void {
    this.#callOffPatience?.();
    this.#callOffPatience = null;
  }

  #end(reason: CloseReason): void {
    this.#drop();
    this.#beImpatientNoMore();
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
