import type { Timers } from '@/domain/feed/backoff';

/** How much later than expected a beat may come. */
const MARGIN_MS = 1_000;
/** After this many missed beats a connection counts as dead. */
const MISSED_BEATS = 3;
const KEPT_INTERVALS = 3;
/** Longer intervals mean that the machine slept. */
const MAX_INTERVAL_MS = 15_000;

export interface SilenceOptions {
  readonly timers: Timers;
  /** Wall clock, which goes on during sleep, unlike timers. */
  readonly wallNow: () => number;
  /** The interval of the server's beats, until it has been measured. */
  readonly beatIntervalMs: number;
  /** A beat is overdue. */
  readonly onLate: () => void;
  /** The connection counts as dead. */
  readonly onDead: () => void;
}

/**
 * Notices a silent connection by the server's beats, whose interval it measures: no request is
 * needed to check it.
 */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  readonly #intervals: number[] = [];
  #messageAt = 0;
  #beatAt: number | null = null;
  #beatDueAt = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** Start for a new connection. */
  start(): void {
    this.#beatAt = null;
    this.#messageAt = this.#options.wallNow();
    this.#beatDueAt = this.#messageAt + this.#intervalMs;
    this.#setTimer();
  }

  heardMessage(): void {
    this.#messageAt = this.#options.wallNow();
    this.#setTimer();
  }

  heardBeat(): void {
    const now = this.#options.wallNow();
    if (this.#beatAt !== null && now - this.#beatAt <= MAX_INTERVAL_MS) {
      this.#intervals.push(now - this.#beatAt);
      if (this.#intervals.length > KEPT_INTERVALS) this.#intervals.shift();
    }
    this.#beatAt = now;
    this.#beatDueAt = now + this.#intervalMs;
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

  get #intervalMs(): number {
    return this.#intervals.length === 0
      ? this.#options.beatIntervalMs
      : Math.max(...this.#intervals);
  }

  get #deadAfterMs(): number {
    return MISSED_BEATS * Math.max(this.#intervalMs, this.#options.beatIntervalMs);
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
