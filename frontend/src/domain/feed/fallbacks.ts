import type { Timers } from '@/domain/feed/backoff';

interface FallbackOptions {
  readonly timers: Timers;
  /** Open an event stream after this long without a frame. */
  readonly streamFallbackMs: number;
  /** Start polling after this long without a frame. */
  readonly pollingFallbackMs: number;
}

/** The time without a frame, over all attempts to connect, until the next fallback is tried. */
export class Fallbacks {
  readonly #options: FallbackOptions;
  #cancelTimer: (() => void) | null = null;

  constructor(options: FallbackOptions) {
    this.#options = options;
  }

  /** Has no effect while it runs. */
  start({ openStream, poll }: { openStream: () => void; poll: () => void }): void {
    const { timers, streamFallbackMs, pollingFallbackMs } = this.#options;
    this.#cancelTimer ??= timers.after(streamFallbackMs, () => {
      this.#cancelTimer = timers.after(pollingFallbackMs - streamFallbackMs, () => {
        this.#cancelTimer = null;
        poll();
      });
      openStream();
    });
  }

  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
