export interface Timers {
  /** Run `callback` once after `delayMs`; the answer takes it back. */
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
  /** Comes on top of the delay. */
  readonly minMs?: number;
  /** So does a random part of this. */
  readonly spreadMs?: number;
}

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  readonly timers: Timers;
  readonly random: () => number;
}

/**
 * Waits longer after each failure. The jitter matters as much as the growth: after a restart every
 * viewer of an event is sent away at the same moment and must not come back at the same moment.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Call `retry` after the next delay. Answers how long that is. */
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

  /** Things went well: start again from the shortest delay. */
  reset(): void {
    this.#failures = 0;
  }

  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}

/** About what a server needs to take one viewer in; it can take in no more at a time. */
const SPREAD_MS_PER_VIEWER = 1;
const MAX_SPREAD_MS = 15_000;

/** Over how long so many viewers should come back who were sent away together. */
export function reconnectSpreadMs(viewers: number): number {
  return Math.min(viewers * SPREAD_MS_PER_VIEWER, MAX_SPREAD_MS);
}
