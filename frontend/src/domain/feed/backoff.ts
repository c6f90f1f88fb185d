export interface Timers {
  /** Call `callback` once after `delayMs`. Returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

export const browserTimers: Timers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

interface ExtraDelay {
  /** Added to the delay. */
  readonly minMs?: number;
  /** Up to this much is added at random. */
  readonly spreadMs?: number;
}

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  readonly timers: Timers;
  readonly random: () => number;
}

/**
 * Exponential backoff with jitter: after a restart all viewers of an event are disconnected at once
 * and must not return at once.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Call `retry` after the next delay. Returns the delay. */
  schedule(retry: () => void, { minMs = 0, spreadMs = 0 }: ExtraDelay = {}): number {
    this.cancel();
    const { baseMs, capMs, timers, random } = this.#options;
    const ceilingMs = Math.min(capMs, baseMs * 2 ** this.#failures);
    const delayMs =
      minMs + Math.round(ceilingMs * (0.5 + random() / 2)) + Math.round(spreadMs * random());
    this.#failures += 1;
    this.#cancelTimer = timers.after(delayMs, () => {
      this.#cancelTimer = null;
      retry();
    });
    return delayMs;
  }

  /** Start again from the shortest delay. */
  reset(): void {
    this.#failures = 0;
  }

  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}

/** Roughly the time a server needs to accept one viewer. */
const SPREAD_MS_PER_VIEWER = 1;
const MAX_SPREAD_MS = 15_000;

/** Return the interval over which this many disconnected viewers should reconnect. */
export function reconnectSpreadMs(viewers: number): number {
  return Math.min(viewers * SPREAD_MS_PER_VIEWER, MAX_SPREAD_MS);
}
