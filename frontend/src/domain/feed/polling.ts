import type { Timers } from '@/domain/feed/backoff';
import type { PollEvents, ResumePosition } from '@/domain/feed/feedState';
import { Link } from '@/domain/feed/links';
import type { DeltaFrame } from '@/domain/feed/protocol';

const POLLS_BETWEEN_RETRIES = 10;

interface PollingOptions {
  readonly timers: Timers;
  readonly poll: (resumeFrom: ResumePosition | null, events: PollEvents) => () => void;
  readonly pollIntervalMs: number;
  readonly pollLateMs: number;
  /** The next request is due. */
  readonly onDue: () => void;
  /** There is no response yet. */
  readonly onLate: () => void;
  readonly onAnswered: (link: Link, frame: unknown) => void;
  readonly onBusy: (waitMs: number) => void;
  readonly onFailed: (code: number) => void;
}

/** State of polling: one request at a time, and an attempt to open a connection every few polls. */
export class Polling {
  readonly #options: PollingOptions;
  #cancel: (() => void) | null = null;
  #pollsUntilRetry = POLLS_BETWEEN_RETRIES;

  constructor(options: PollingOptions) {
    this.#options = options;
  }

  /** Whether a request is under way or scheduled. */
  get isActive(): boolean {
    return this.#cancel !== null;
  }

  request(resumeFrom: ResumePosition | null): void {
    const { timers, poll, pollLateMs, onLate, onAnswered, onBusy, onFailed } = this.#options;
    const link = new Link('poll', resumeFrom);
    const cancelLate = timers.after(pollLateMs, onLate);
    const cancelRequest = poll(resumeFrom, {
      answered: (frame) => {
        cancelLate();
        onAnswered(link, frame);
      },
      busy: (waitMs) => {
        cancelLate();
        this.scheduleRequest(waitMs);
        onBusy(waitMs);
      },
      failed: (code) => {
        cancelLate();
        onFailed(code);
      },
    });
    this.#cancel = () => {
      cancelLate();
      cancelRequest();
    };
  }

  scheduleRequest(waitMs = this.#options.pollIntervalMs): void {
    this.#cancel = this.#options.timers.after(waitMs, this.#options.onDue);
  }

  /** Call after each response. True every `POLLS_BETWEEN_RETRIES` calls. */
  isRetryDue(): boolean {
    this.#pollsUntilRetry -= 1;
    if (this.#pollsUntilRetry > 0) return false;
    this.#pollsUntilRetry = POLLS_BETWEEN_RETRIES;
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
