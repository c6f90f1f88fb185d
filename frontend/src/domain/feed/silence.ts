import type { Timers } from '@/domain/feed/backoff';
import type { ServerFrame } from '@/domain/feed/protocol';

/** A server that beats so often or more says that seats change: who is cut off misses something. */
const MAX_BUSY_INTERVAL_MS = 1_000;
/** How much later than expected a frame may come, while seats change, before another way is tried. */
const DOUBT_MARGIN_MS = 700;
/** It is tried once in so long: a network that stalls again and again must not cost many connections. */
const MIN_BETWEEN_DOUBTS_MS = 10_000;
/** How much later than expected a beat may come. */
const MARGIN_MS = 1_000;
/** Silence is not shown sooner, so that another connection may end it first. */
const MIN_LATE_MS = 2_000;
/** After this many missed beats a connection counts as dead. */
const MISSED_BEATS = 3;
/** It never does sooner: mobile networks stall for a second or two. */
const MIN_DEAD_MS = 3_000;

export interface SilenceOptions {
  readonly timers: Timers;
  /** Wall clock, which goes on during sleep, unlike timers. */
  readonly wallNow: () => number;
  /** The interval of the server's beats, until one says it. */
  readonly beatIntervalMs: number;
  readonly random: () => number;
  /**
   * Up to this much is added at random before `onDoubt`: a server that stops for a moment is silent
   * to all viewers at once.
   */
  readonly doubtSpreadMs: () => number;
  /** A frame is overdue while seats change. */
  readonly onDoubt: () => void;
  /** A beat is overdue. */
  readonly onLate: () => void;
  /** The connection counts as dead. */
  readonly onDead: () => void;
}

/**
 * Notices a silent connection by the server's beats: no request is needed to check it. Each says in
 * how long the next frame is due.
 */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #intervalMs: number;
  #messageAt = 0;
  #beatDueAt = 0;
  #doubtedAt = -Infinity;
  #cancelTimer: (() => void) | null = null;
  #cancelDoubt: (() => void) | null = null;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#intervalMs = options.beatIntervalMs;
  }

  /** Start for a new connection. */
  start(): void {
    this.#intervalMs = this.#options.beatIntervalMs;
    this.#messageAt = this.#options.wallNow();
    this.#beatDueAt = this.#messageAt + this.#intervalMs;
    this.#setTimer();
  }

  /** `frame` is null if it is of a type that this client does not know. */
  heard(frame: ServerFrame | null): void {
    if (frame?.type === 'beat') this.heardBeat(frame.next);
    else this.heardMessage();
  }

  heardMessage(): void {
    this.#messageAt = this.#options.wallNow();
    this.#setTimer();
  }

  /** `nextMs` is when the next one is due. */
  heardBeat(nextMs: number): void {
    this.#intervalMs = nextMs;
    this.#beatDueAt = this.#options.wallNow() + this.#intervalMs;
    this.heardMessage();
  }

  /** Whether the connection is dead, also when timers stood still while the machine slept. */
  isDead(): boolean {
    return this.#options.wallNow() - this.#messageAt > this.#deadAfterMs;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelDoubt?.();
    this.#cancelTimer = this.#cancelDoubt = null;
  }

  get #deadAfterMs(): number {
    return Math.max(MISSED_BEATS * this.#intervalMs, MIN_DEAD_MS);
  }

  #setTimer(): void {
    this.stop();
    const { timers, onLate, onDead } = this.#options;
    const dueInMs = Math.max(this.#beatDueAt - this.#messageAt, 0);
    const lateAfterMs = Math.max(dueInMs + MARGIN_MS, MIN_LATE_MS);
    this.#cancelTimer = timers.after(lateAfterMs, () => {
      this.#cancelTimer = timers.after(this.#deadAfterMs - lateAfterMs, onDead);
      onLate();
    });
    this.#setDoubtTimer();
  }

  #setDoubtTimer(): void {
    if (this.#intervalMs > MAX_BUSY_INTERVAL_MS) return;
    const { timers, wallNow, random, doubtSpreadMs, onDoubt } = this.#options;
    const delayMs = Math.round(random() * doubtSpreadMs());
    const afterMs = this.#intervalMs + DOUBT_MARGIN_MS + delayMs;
    if (this.#messageAt + afterMs < this.#doubtedAt + MIN_BETWEEN_DOUBTS_MS) return;
    this.#cancelDoubt = timers.after(afterMs, () => {
      this.#doubtedAt = wallNow();
      onDoubt();
    });
  }
}
