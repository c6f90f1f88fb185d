import { assertNever } from '@/domain/assertNever';
import { reconnectSpreadMs } from '@/domain/feed/backoff';
import {
  type FeedSocket,
  type FeedState,
  REASON_BY_CODE,
  type CloseReason,
  type ResumePosition,
  type SeatFeedOptions,
} from '@/domain/feed/feedState';
import { decodeFrame, parseFrame } from '@/domain/feed/parseFrame';
import { emptyDelta, Polling } from '@/domain/feed/polling';
import { CLOSE_CODES, type SeenFrame, type ServerFrame } from '@/domain/feed/protocol';

const TOO_MANY_SOCKETS_WAIT_MS = 20_000;

/**
 * Delivers one event's frames in order and without gaps, over a WebSocket, or by polling where no
 * socket can be opened.
 *
 * At most one socket is open, and never during a poll: a socket is tried between two polls. Each
 * frame handed to `onFrame` is a snapshot or starts where the last one ended; on a gap the feed
 * reconnects.
 */
export class SeatFeed {
  readonly #options: SeatFeedOptions;
  #state: FeedState = { name: 'connecting' };
  #socket: FeedSocket | null = null;
  #position: ResumePosition | null = null;
  #framesOnSocket = 0;
  /** The credentials were renewed, and no frame has arrived since. */
  #hasRenewedCredentials = false;
  #lastMessageAt = 0;
  #viewers = 0;
  #cancelWatchdog: (() => void) | null = null;
  #cancelFallbackTimer: (() => void) | null = null;
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
    this.#close('left');
  }

  networkLost(): void {
    if (this.#state.name === 'closed' || this.#state.name === 'paused') return;
    this.#disconnect();
    this.#options.backoff.cancel();
    this.#open({ name: 'offline' });
  }

  networkBack(): void {
    if (['offline', 'polling'].includes(this.#state.name) || this.#isWaiting())
      this.#reconnectNow();
  }

  /** Stop all traffic until `pageVisible`. */
  pause(): void {
    if (this.#state.name === 'closed') return;
    this.#disconnect();
    this.#cancelPollingFallback();
    this.#options.backoff.cancel();
    this.#setState({ name: 'paused' });
  }

  /** Resume, or check the connection: the machine may have slept. */
  pageVisible(): void {
    if (this.#state.name === 'paused') {
      this.start();
      return;
    }
    if (this.#state.name === 'polling') {
      this.#poll();
      return;
    }
    const silentMs = this.#options.wallNow() - this.#lastMessageAt;
    if (this.#isWaiting() || (this.#socket !== null && silentMs > this.#options.silenceTimeoutMs)) {
      this.#reconnectNow();
    }
  }

  #reconnectNow(): void {
    this.#disconnect();
    this.#options.backoff.cancel();
    this.#open({ name: 'reconnecting', retryInMs: null });
  }

  #open(state: FeedState): void {
    this.#setState(state);
    this.#cancelFallbackTimer ??= this.#options.timers.after(
      this.#options.pollingFallbackMs,
      () => {
        this.#cancelFallbackTimer = null;
        this.#options.backoff.cancel();
        this.#poll();
      },
    );
    this.#connect();
    this.#restartWatchdog();
  }

  #connect(): void {
    this.#framesOnSocket = 0;
    // Ignore late events of a dropped socket.
    const isCurrent = () => this.#socket === socket;
    const socket = this.#options.openSocket(this.#position, {
      message: (text) => {
        if (isCurrent()) this.#receive(text);
      },
      closed: (code) => {
        if (!isCurrent()) return;
        if (this.#polling.isActive) this.#socket = null;
        else this.#handleClose(code);
      },
      credentialsRenewed: () => {
        if (isCurrent()) this.#credentialsRenewed();
      },
    });
    this.#socket = socket;
  }

  #poll(): void {
    this.#disconnect();
    const question = this.#options.poll(this.#position, {
      answered: (frame) => {
        this.#handlePollResponse(frame);
      },
      busy: (waitMs) => {
        this.#setState({ name: 'reconnecting', retryInMs: waitMs });
        this.#pollAfter(waitMs);
      },
      failed: (code) => {
        this.#handleClose(code);
      },
    });
    this.#polling.requestSent(question);
  }

  #handlePollResponse(answer: unknown): void {
    try {
      const now = this.#options.clock.now();
      const frame = answer === null ? emptyDelta(this.#position, now) : decodeFrame(answer);
      if (frame !== null && !this.#apply(frame)) return;
    } catch {
      this.#position = null;
      this.#retry();
      return;
    }
    const { pollIntervalMs } = this.#options;
    this.#options.backoff.reset();
    this.#hasRenewedCredentials = false;
    if (this.#state.name !== 'polling')
      this.#setState({ name: 'polling', everyMs: pollIntervalMs });
    this.#pollAfter(pollIntervalMs);
    if (this.#polling.isSocketRetryDue()) this.#connect();
  }

  #pollAfter(waitMs: number): void {
    this.#polling.scheduleRequest(waitMs, () => {
      this.#poll();
    });
  }

  #receive(text: string): void {
    this.#restartWatchdog();
    try {
      const frame = parseFrame(text);
      if (frame === null || !this.#apply(frame)) return;
    } catch {
      this.#position = null;
      this.#retry();
      return;
    }
    this.#framesOnSocket += 1;
    this.#hasRenewedCredentials = false;
    this.#cancelPollingFallback();
    this.#polling.stop();
    if (this.#state.name !== 'live') this.#setState({ name: 'live' });
  }

  /** Deliver a frame that continues the last one. Reconnect on a gap and return false. */
  #apply(frame: ServerFrame): boolean {
    this.#options.clock.observe(frame.now);
    switch (frame.type) {
      case 'snapshot':
        this.#position = { seq: frame.seq, layout: frame.layout };
        break;
      case 'delta':
        if (this.#position?.seq !== frame.from) return this.#handleGap();
        this.#position = { ...this.#position, seq: frame.seq };
        break;
      case 'beat':
        if (this.#position?.seq !== frame.seq) return this.#handleGap();
        this.#viewers = frame.viewers;
        this.#send({ type: 'seen', seq: frame.seq });
        this.#options.backoff.reset();
        break;
      default:
        assertNever(frame);
    }
    this.#options.onFrame(frame);
    return true;
  }

  #handleGap(): false {
    // If even the first frame does not fit, the server cannot resume from our position.
    if (this.#framesOnSocket === 0) this.#position = null;
    this.#retry();
    return false;
  }

  #handleClose(code: number): void {
    const reason = REASON_BY_CODE.get(code);
    if (reason !== undefined) this.#close(reason);
    else this.#retry(code === CLOSE_CODES.tooManySockets ? TOO_MANY_SOCKETS_WAIT_MS : 0);
  }

  #credentialsRenewed(): void {
    const isPolling = this.#polling.isActive;
    if (this.#hasRenewedCredentials) {
      // The renewed credentials were refused too: stop, or this would loop.
      if (isPolling) this.#socket = null;
      else this.#close('signInFirst');
      return;
    }
    this.#hasRenewedCredentials = true;
    if (isPolling) this.#connect();
    else this.#reconnectNow();
  }

  #retry(minMs = 0): void {
    this.#disconnect();
    const isOnline = this.#options.isOnline();
    // Most likely all viewers were disconnected at once, so spread the reconnects.
    const retryInMs = this.#options.backoff.schedule(
      () => {
        this.#open(isOnline ? { name: 'reconnecting', retryInMs: null } : { name: 'offline' });
      },
      { minMs, spreadMs: reconnectSpreadMs(this.#viewers) },
    );
    this.#setState(isOnline ? { name: 'reconnecting', retryInMs } : { name: 'offline' });
  }

  #restartWatchdog(): void {
    this.#lastMessageAt = this.#options.wallNow();
    this.#cancelWatchdog?.();
    this.#cancelWatchdog = this.#options.timers.after(this.#options.silenceTimeoutMs, () => {
      this.#retry();
    });
  }

  #send(frame: SeenFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancelWatchdog?.();
    this.#cancelWatchdog = null;
    this.#polling.stop();
    socket?.close();
  }

  #cancelPollingFallback(): void {
    this.#cancelFallbackTimer?.();
    this.#cancelFallbackTimer = null;
  }

  #close(reason: CloseReason): void {
    this.#disconnect();
    this.#cancelPollingFallback();
    this.#options.backoff.cancel();
    this.#setState({ name: 'closed', reason });
  }

  #isWaiting(): boolean {
    return this.#state.name === 'reconnecting' && this.#state.retryInMs !== null;
  }

  #setState(state: FeedState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
