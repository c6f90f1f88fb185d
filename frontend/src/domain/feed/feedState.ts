import type { Backoff, Timers } from '@/domain/feed/backoff';
import { CLOSE_CODES, type FeedFrame } from '@/domain/feed/protocol';
import type { SectionSet, WantedSections } from '@/domain/feed/sectionSet';
import type { ServerClock } from '@/domain/serverClock';

export type CloseReason = 'signInFirst' | 'notForYou' | 'noSuchEvent' | 'left';

/** Close codes after which reconnecting is pointless. */
export const REASON_BY_CODE: ReadonlyMap<number, CloseReason> = new Map([
  [CLOSE_CODES.signInFirst, 'signInFirst'],
  [CLOSE_CODES.notForYou, 'notForYou'],
  [CLOSE_CODES.noSuchEvent, 'noSuchEvent'],
]);

export type FeedState =
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** A beat or response is overdue. */
  | { readonly name: 'checking' }
  /** Neither a socket nor an event stream delivers, so the client polls. */
  | { readonly name: 'polling'; readonly everyMs: number }
  /** `retryInMs` is null while an attempt is under way. */
  | { readonly name: 'reconnecting'; readonly retryInMs: number | null }
  /** The browser reports no network. It may be wrong, so attempts go on. */
  | { readonly name: 'offline' }
  /** The page is hidden; nothing is sent until it is visible again. */
  | { readonly name: 'paused' }
  | { readonly name: 'closed'; readonly reason: CloseReason };

/** Where to resume: the last applied `seq`, and its layout hash. */
export interface ResumePosition {
  readonly seq: number;
  readonly layout: string;
}

/** What a connection to some sections starts from, by the numbers of `layout`. */
export interface SectionStart {
  readonly layout: string;
  /** Those whose states are known as of the resume position. */
  readonly known: SectionSet;
  /** Those that are wanted as well. */
  readonly added: SectionSet;
  /** Whether the counts are known as of the resume position. */
  readonly hasCounts: boolean;
}

/** What a connection starts from. */
export interface FeedStart {
  /** Null to start anew. */
  readonly resumeFrom: ResumePosition | null;
  /** Null for the whole map. */
  readonly sections: SectionStart | null;
}

export interface FeedConnection {
  send(text: string): void;
  close(): void;
}

export interface ConnectionEvents {
  message(text: string): void;
  closed(code: number): void;
  /** Closed with 4401, but the credentials have been renewed. */
  credentialsRenewed(): void;
}

export type OpenConnection = (start: FeedStart, events: ConnectionEvents) => FeedConnection;

export interface PollEvents {
  /** The response body; null if nothing has changed. */
  answered(frame: unknown): void;
  /** The server is overloaded, or throttles this client. */
  busy(waitMs: number): void;
  /** The request failed; `code` is the matching WebSocket close code. */
  failed(code: number): void;
}

export interface SeatFeedOptions {
  readonly openSocket: OpenConnection;
  readonly openStream: OpenConnection;
  /** Request the changes. Returns a function that cancels the request; no callback follows. */
  readonly poll: (start: FeedStart, events: PollEvents) => () => void;
  /** The sections to deliver at first; null for the whole map. */
  readonly wanted: WantedSections | null;
  readonly backoff: Backoff;
  readonly timers: Timers;
  readonly random: () => number;
  readonly clock: ServerClock;
  readonly isOnline: () => boolean;
  readonly isHidden: () => boolean;
  /** Wall clock, which goes on during sleep, unlike timers. */
  readonly wallNow: () => number;
  /** The interval of the server's beats, until one says it. */
  readonly beatIntervalMs: number;
  /** Open an event stream after this long without a frame. */
  readonly streamFallbackMs: number;
  /** Start polling after this long without a frame. */
  readonly pollingFallbackMs: number;
  readonly pollIntervalMs: number;
  /** A poll without a response for this long is overdue. */
  readonly pollLateMs: number;
  readonly onFrame: (frame: FeedFrame) => void;
  /** A frame of another type: the figures of the sale, or one of a newer server. */
  readonly onOtherFrame?: ((text: string) => void) | undefined;
  readonly onState: (state: FeedState) => void;
}
