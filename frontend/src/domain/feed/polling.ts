import type { Timers } from '@/domain/feed/backoff';
import type { ResumePosition } from '@/domain/feed/feedState';
import type { DeltaFrame } from '@/domain/feed/protocol';

const POLLS_BETWEEN_SOCKET_RETRIES = 10;

/** State of polling: one request at a time, and a socket attempt every few polls. */
export class Polling {
  readonly #timers: Timers;
  #cancel: (() => void) | null = null;
  #pollsUntilRetry = POLLS_BETWEEN_SOCKET_RETRIES;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether a request is under way or scheduled. */
  get isActive(): boolean {
    return this.#cancel !== null;
  }

  requestSent(cancel: () => void): void {
    this.#cancel = cancel;
  }

  scheduleRequest(waitMs: number, ask: () => void): void {
    this.#cancel = this.#timers.after(waitMs, ask);
  }

  /** Call after each response. True every `POLLS_BETWEEN_SOCKET_RETRIES` calls. */
  isSocketRetryDue(): boolean {
    this.#pollsUntilRetry -= 1;
    if (this.#pollsUntilRetry > 0) return false;
    this.#pollsUntilRetry = POLLS_BETWEEN_SOCKET_RETRIES;
    return true;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

/** The delta that stands for 304 Not Modified. */
export function emptyDelta(position: ResumePosition | null, now: number): DeltaFrame | null {
  if (position === null) return null;
  return { type: 'delta', from: position.seq, seq: position.seq, now, changes: [] };
}
