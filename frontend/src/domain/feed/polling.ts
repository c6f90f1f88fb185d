import type { Timers } from '@/domain/feed/backoff';
import type { Position } from '@/domain/feed/feedState';
import type { DeltaFrame } from '@/domain/feed/protocol';

const POLLS_BETWEEN_TRIES = 10;

/** One question after the other, and when to try a socket between two of them. */
export class Polling {
  readonly #timers: Timers;
  #callOff: (() => void) | null = null;
  #pollsUntilTry = POLLS_BETWEEN_TRIES;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether there is a question under way, or to be asked later. */
  get isUnderWay(): boolean {
    return this.#callOff !== null;
  }

  asked(callOff: () => void): void {
    this.#callOff = callOff;
  }

  askAfter(waitMs: number, ask: () => void): void {
    this.#callOff = this.#timers.after(waitMs, ask);
  }

  /** To be asked after each answer. */
  isTryDue(): boolean {
    this.#pollsUntilTry -= 1;
    if (this.#pollsUntilTry > 0) return false;
    this.#pollsUntilTry = POLLS_BETWEEN_TRIES;
    return true;
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}

/** What a server says when nothing has changed, if it is not asked by a tag. */
export function nothingNew(position: Position | null, now: number): DeltaFrame | null {
  if (position === null) return null;
  return { type: 'delta', from: position.seq, seq: position.seq, now, changes: [] };
}
