import type { Timers } from '@/domain/feed/backoff';

/** How much later than expected a beat may come. */
const MARGIN_MS = 1_000;
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
  /** A beat is overdue. */
  readonly onLate: () => void;
  /** The connection counts as dead. */
  readonly onDead: () => void;
}

/**
 * Notices a silent connection by the server's beats, each of which says when the next one is due: no
 * request is needed to check it.
 */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #intervalMs: number;
  #messageAt = 0;
  #beatDueAt = 0;
  #cancelTimer: (() => void) | null = null;

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

  heardMessage(): void {
    this.#messageAt = this.#options.wallNow();
    this.#setTimer();
  }

  /** `nextMs` is when the next one is due, null if the server does not say. */
  heardBeat(nextMs: number | null): void {
    this.#intervalMs = nextMs ?? this.#options.beatIntervalMs;
    this.#beatDueAt = this.#options.wallNow() + this.#intervalMs;
    this.heardMessage();
  }

  /** Whether the connection is dead, also when timers stood still while the machine slept. */
  isDead(): boolean {
    return this.#options.wallNow() - this.#messageAt > this.#deadAfterMs;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  get #deadAfterMs(): number {
    return Math.max(MISSED_BEATS * this.#intervalMs, MIN_DEAD_MS);
  }

  #setTimer(): void {
    this.stop();
    const { timers, onLate, onDead } = this.#options;
    const lateAfterMs = Math.max(this.#beatDueAt - this.#messageAt, 0) + MARGIN_MS;
    this.#cancelTimer = timers.after(lateAfterMs, () => {
      this.#cancelTimer = timers.after(this.#deadAfterMs - lateAfterMs, onDead);
      onLate();
    });
  }
}
