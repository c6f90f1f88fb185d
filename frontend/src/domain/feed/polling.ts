import type { Timers } from '@/domain/feed/backoff';
import type { FeedStart, PollEvents } from '@/domain/feed/feedState';
import { Link } from '@/domain/feed/links';
import type { DeltaFrame, PartFrame } from '@/domain/feed/protocol';

const POLLS_BETWEEN_RETRIES = 10;

interface PollingOptions {
  /** Where a new request starts. */
  readonly start: () => FeedStart;
  readonly timers: Timers;
  readonly poll: (start: FeedStart, events: PollEvents) => () => void;
  readonly pollIntervalMs: number;
  readonly pollLateMs: number;
  /** The next request is due. */
  readonly onDue: () => void;
  /** There is no response yet. */
  readonly onLate: () => void;
  /** `answer` is null if nothing has changed since `start`. */
  readonly onAnswered: (link: Link, start: FeedStart, answer: unknown) => void;
  readonly onBusy: (waitMs: number) => void;
  readonly onFailed: (code: number) => void;
}

/** State of polling: one request at a time, and an attempt to open a connection every few polls. */
export class Polling {
  readonly #options: PollingOptions;
  /** Whether the server asked for a pause before the next request. */
  isToldToWait = false;
  #cancel: (() => void) | null = null;
  #pollsUntilRetry = POLLS_BETWEEN_RETRIES;

  constructor(options: PollingOptions) {
    this.#options = options;
  }

  /** Whether a request is under way or scheduled. */
  get isActive(): boolean {
    return this.#cancel !== null;
  }

  request(): void {
    const start = this.#options.start();
    const { timers, poll, pollLateMs, onLate, onAnswered, onBusy, onFailed } = this.#options;
    const link = new Link('poll', start);
    this.isToldToWait = false;
    const cancelLate = timers.after(pollLateMs, onLate);
    const cancelRequest = poll(start, {
      answered: (frame) => {
        cancelLate();
        onAnswered(link, start, frame);
      },
      busy: (waitMs) => {
        cancelLate();
        this.isToldToWait = true;
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

/** The frame that stands for 304 Not Modified. */
export function emptyFrame(
  { resumeFrom, sections }: FeedStart,
  now: number,
): DeltaFrame | PartFrame | null {
  if (resumeFrom === null) return null;
  const { seq } = resumeFrom;
  const steps = { from: seq, seq, now, changes: [] };
  if (sections === null) return { type: 'delta', ...steps };
  return { type: 'part', ...steps, layout: null, id: null, whole: [], free: [] };
}
