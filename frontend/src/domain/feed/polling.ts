import type { Timers } from '@/domain/feed/backoff';
import type { ResumePosition } from '@/domain/feed/feedState';
import type { DeltaFrame } from '@/domain/feed/protocol';

const POLLS_BETWEEN_SOCKET_RETRIES = 10;

/** One question after the other, and when to try a socket between two of them. */
export class Polling {
  readonly #timers: Timers;
  #cancel: (() => void) | null = null;
  #pollsUntilRetry = POLLS_BETWEEN_SOCKET_RETRIES;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether there is a question under way, or to be asked later. */
  get isActive(): boolean {
    return this.#cancel !== null;
  }

  requestSent(cancel: () => void): void {
    this.#cancel = cancel;
  }

  scheduleRequest(waitMs: number, ask: () => void): void {
    this.#cancel = this.#timers.after(waitMs, ask);
  }

  /** To be asked after each answer. */
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

/** What a server says when nothing has changed, if it is not asked by a tag. */
export function emptyDelta(position: ResumePosition | null, now: number): DeltaFrame | null {
  if (position === null) return null;
  return { type: 'delta', from: position.seq, seq: position.seq, now, changes: [] };
}
