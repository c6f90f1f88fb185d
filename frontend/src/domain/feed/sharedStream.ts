import type { Timers } from '@/domain/feed/backoff';
import type { FeedConnection, FeedStart, PollEvents } from '@/domain/feed/feedState';
import { parseFrame } from '@/domain/feed/parseFrame';
import { CLOSE_CODES, type ServerFrame } from '@/domain/feed/protocol';
import { NO_SECTIONS, type SectionSet } from '@/domain/feed/sectionSet';

/** The pause before a further request: while seats change there is a frame every 50 ms. */
const CATCH_UP_PAUSE_MS = 250;

/** What tabs tell each other. `stream` says which event, and whether with its figures. */
export type StreamMessage = { readonly stream: string } & (
  | { readonly kind: 'joined' }
  | { readonly kind: 'frame'; readonly text: string }
  | { readonly kind: 'closed'; readonly code: number }
);

/** The tabs of a browser, of which one at a time has an event stream: the leader. */
export interface StreamTabs {
  /** Wait to be the leader. Returns a function that stops waiting, or leading. */
  readonly lead: (onLeading: () => void) => () => void;
  /** Send to the other tabs. */
  readonly post: (message: StreamMessage) => void;
  /** Returns an unsubscribe function. */
  readonly listen: (listener: (message: StreamMessage) => void) => () => void;
}

interface StreamEvents {
  message(text: string): void;
  closed(code: number): void;
}

interface SharedStreamOptions {
  readonly stream: string;
  readonly start: FeedStart;
  readonly events: StreamEvents;
  readonly tabs: StreamTabs;
  /** Open an event stream of one's own. */
  readonly open: (start: FeedStart, events: StreamEvents) => FeedConnection;
  readonly poll: (start: FeedStart, events: PollEvents) => () => void;
  readonly timers: Timers;
}

/**
 * An event stream that all tabs of a browser share, which has six connections to a host.
 *
 * The leader reads the stream and passes its frames on. The others continue them from their own
 * positions, and request what they miss: what came before they joined, and sections of their own.
 * A tab that becomes the leader opens its stream at the position that it has reached. Without a
 * leader that watches the same event nothing is delivered.
 */
export class SharedStream implements FeedConnection {
  readonly #options: SharedStreamOptions;
  #position: FeedStart;
  #hasCaughtUp = false;
  /** The newest number that was heard since the last request began. */
  #heardSeq = -1;
  #lastBeat: string | null = null;
  /** While this tab is the leader. */
  #own: FeedConnection | null = null;
  #cancelCatchUp: (() => void) | null = null;
  #isClosed = false;
  readonly #stopListening: () => void;
  readonly #stopLeading: () => void;

  constructor(options: SharedStreamOptions) {
    this.#options = options;
    this.#position = options.start;
    const { stream, tabs } = options;
    this.#stopListening = tabs.listen((message) => {
      if (message.stream === stream) this.#hear(message);
    });
    this.#stopLeading = tabs.lead(this.#lead);
    tabs.post({ stream, kind: 'joined' });
  }

  send(): void {
    // An event stream has one direction.
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#cancelCatchUp?.();
    this.#own?.close();
    this.#stopLeading();
  }

  readonly #lead = (): void => {
    const { stream, tabs, open, events } = this.#options;
    this.#cancelCatchUp?.();
    this.#own = open(this.#position, {
      message: (text) => {
        if (this.#isClosed) return;
        if (frameOf(text)?.type === 'beat') this.#lastBeat = text;
        tabs.post({ stream, kind: 'frame', text });
        events.message(text);
      },
      closed: (code) => {
        if (this.#isClosed) return;
        // All reconnect as if each had lost a stream of its own, spread over time. The next leader
        // finds out by itself whether it has to sign in.
        if (code !== CLOSE_CODES.signInFirst) tabs.post({ stream, kind: 'closed', code });
        this.#fail(code);
      },
    });
  };

  #hear(message: StreamMessage): void {
    if (this.#own !== null) {
      const { stream, tabs } = this.#options;
      if (message.kind === 'joined' && this.#lastBeat !== null) {
        tabs.post({ stream, kind: 'frame', text: this.#lastBeat });
      }
    } else if (message.kind === 'closed') this.#fail(message.code);
    else if (message.kind === 'frame') this.#follow(message.text);
  }

  #follow(text: string): void {
    const frame = frameOf(text);
    if (frame === null) {
      if (this.#hasCaughtUp) this.#options.events.message(text);
      return;
    }
    this.#heardSeq = Math.max(this.#heardSeq, frame.seq);
    if (frame.type === 'beat') this.#lastBeat = text;
    if (this.#cancelCatchUp === null && !this.#continue(frame, text)) this.#catchUp();
  }

  /** Deliver a frame if it continues the position. Return whether nothing is missing after it. */
  #continue(frame: ServerFrame, text: string): boolean {
    const { resumeFrom, sections } = this.#position;
    if (!this.#hasCaughtUp || resumeFrom === null) return false;
    const { seq } = resumeFrom;
    if (frame.type === 'beat') {
      if (frame.seq === seq) this.#options.events.message(text);
      return frame.seq === seq;
    }
    if (sections === null && frame.type === 'snapshot') {
      this.#deliver(frame, text);
      return true;
    }
    if (frame.seq <= seq) return true;
    if (sections !== null || frame.type !== 'delta' || frame.from > seq) return false;
    // States are absolute, so a delta from an older number continues ours.
    this.#deliver(frame, withFields(text, { from: seq }));
    return true;
  }

  #catchUp(delayMs = this.#hasCaughtUp ? CATCH_UP_PAUSE_MS : 0): void {
    const { timers, poll } = this.#options;
    const answered = (body: unknown) => {
      this.#cancelCatchUp = null;
      this.#hasCaughtUp = true;
      this.#deliverAnswer(body);
      const seq = this.#position.resumeFrom?.seq ?? -1;
      if (!this.#isClosed && this.#heardSeq > seq) this.#catchUp();
    };
    this.#cancelCatchUp = timers.after(delayMs, () => {
      this.#heardSeq = -1;
      this.#cancelCatchUp = poll(this.#position, {
        answered,
        busy: (waitMs) => {
          this.#catchUp(waitMs);
        },
        failed: (code) => {
          this.#fail(code);
        },
      });
    });
  }

  /** `body` is null if nothing has changed: then the last beat says that all is well. */
  #deliverAnswer(body: unknown): void {
    const { events } = this.#options;
    if (body === null) {
      const seq = this.#position.resumeFrom?.seq;
      if (this.#lastBeat !== null) events.message(withFields(this.#lastBeat, { seq }));
      return;
    }
    const text = JSON.stringify(body);
    const frame = frameOf(text);
    if (frame === null) events.message(text);
    else this.#deliver(frame, text);
  }

  #deliver(frame: ServerFrame, text: string): void {
    this.#position = positionAfter(this.#position, frame);
    this.#options.events.message(text);
  }

  #fail(code: number): void {
    this.close();
    this.#options.events.closed(code);
  }
}

/** The frame; null if it is of another type, or none. */
function frameOf(text: string): ServerFrame | null {
  try {
    return parseFrame(text);
  } catch {
    return null;
  }
}

function withFields(text: string, fields: object): string {
  return JSON.stringify({ ...(JSON.parse(text) as object), ...fields });
}

function positionAfter({ resumeFrom, sections }: FeedStart, frame: ServerFrame): FeedStart {
  const layout = 'layout' in frame && frame.layout !== null ? frame.layout : resumeFrom?.layout;
  return {
    resumeFrom: { seq: frame.seq, layout: layout ?? '' },
    sections: sections && {
      ...sections,
      known: knownAfter(frame, new Set([...sections.known, ...sections.added])),
      added: NO_SECTIONS,
      hasCounts: true,
    },
  };
}

function knownAfter(frame: ServerFrame, asked: SectionSet): SectionSet {
  if (frame.type !== 'part' || frame.from !== null) return asked;
  return new Set(frame.whole.map(({ section }) => section));
}
