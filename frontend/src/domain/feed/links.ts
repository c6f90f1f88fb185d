import type { Timers } from '@/domain/feed/backoff';
import type {
  ConnectionEvents,
  FeedConnection,
  FeedStart,
  OpenConnection,
} from '@/domain/feed/feedState';
import type { PartFrame, SeenFrame, ServerFrame, SubscribeFrame } from '@/domain/feed/protocol';
import {
  isSameSet,
  NO_SECTIONS,
  type SectionSet,
  sectionsText,
  type WantedSections,
} from '@/domain/feed/sectionSet';

/** How long an event stream delivers until a socket is tried again; doubled after each try. */
const FIRST_SOCKET_RETRY_MS = 30_000;
const MAX_SOCKET_RETRY_MS = 300_000;

const BEATS_PER_SEEN = 10;

export type Transport = 'socket' | 'stream';

/**
 * The sequence number that the frames of one connection, or a poll, have reached, and the sections
 * that they bring.
 */
export class Link {
  readonly transport: Transport | 'poll';
  connection: FeedConnection | null = null;
  /** Whether it has brought a frame. */
  hasDelivered = false;
  /** Whether it has brought a beat: nothing holds its frames back. */
  hasBeat = false;
  #seq: number | null;
  /** Of its last frame; null if it brings the whole map, or has brought no frame. */
  #sections: SectionSet | null = null;
  /** What it was asked for last; null if its sections' numbers are of another layout. */
  #asked: WantedSections | null = null;
  readonly #requests: SectionSet[] = [];
  #beats = 0;

  constructor(transport: Transport | 'poll', { resumeFrom, sections }: FeedStart) {
    this.transport = transport;
    this.#seq = resumeFrom?.seq ?? null;
    if (sections !== null) {
      const { layout, known, added } = sections;
      this.#asked = { layout, sections: new Set([...known, ...added]) };
    }
  }

  /** The sections whose changes it brings; none if it brings the whole map. */
  get sections(): SectionSet {
    return this.#sections ?? NO_SECTIONS;
  }

  /** Whether a frame continues the last one of this connection. */
  continues(frame: ServerFrame): boolean {
    if (frame.type === 'snapshot') return true;
    if (frame.type === 'beat') return this.#seq === frame.seq;
    return frame.from === null || this.#seq === frame.from;
  }

  received(frame: ServerFrame): void {
    this.#seq = frame.seq;
    if (frame.type === 'part') this.#sections = this.#sectionsAfter(frame);
    if (frame.type === 'snapshot') this.#sections = null;
    this.hasDelivered = true;
    if (frame.type !== 'beat') return;
    this.hasBeat = true;
    const seen: SeenFrame = { type: 'seen', seq: frame.seq };
    if (this.#beats++ % BEATS_PER_SEEN === 0) this.connection?.send(JSON.stringify(seen));
  }

  /** Whether it brings sections, and was asked for others than these. */
  needsRequest({ layout, sections }: WantedSections): boolean {
    if (this.#sections === null) return false;
    return this.#asked?.layout !== layout || !isSameSet(this.#asked.sections, sections);
  }

  /** Ask for other sections. Only a socket can be asked. */
  request(wanted: WantedSections): void {
    const { layout, sections } = wanted;
    const id = this.#requests.push(sections) - 1;
    this.#asked = wanted;
    const frame: SubscribeFrame = {
      type: 'subscribe',
      layout,
      sections: sectionsText(sections),
      id,
    };
    this.connection?.send(JSON.stringify(frame));
  }

  #sectionsAfter({ from, layout, id, whole }: PartFrame): SectionSet {
    if (from === null) {
      // Of another layout the server sends nothing before it is asked again.
      if (this.#asked?.layout !== layout) this.#asked = null;
      return new Set(whole.map(({ section }) => section));
    }
    if (id !== null) return this.#requests[id] ?? NO_SECTIONS;
    return this.#sections ?? this.#asked?.sections ?? NO_SECTIONS;
  }
}

interface LinksOptions {
  /** Where a new connection starts. */
  readonly start: () => FeedStart;
  readonly timers: Timers;
  readonly openSocket: OpenConnection;
  readonly openStream: OpenConnection;
  readonly onMessage: (link: Link, text: string) => void;
  readonly onClosed: (link: Link, transport: Transport, code: number) => void;
  readonly onCredentialsRenewed: (transport: Transport) => void;
}

/**
 * At most one socket and one event stream, and a second one of either kind, of which the first to
 * deliver is kept. Late events of dropped ones are ignored.
 */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<Transport, Link>();
  #second: { readonly transport: Transport; readonly link: Link } | null = null;
  #socketRetryMs = FIRST_SOCKET_RETRY_MS;
  #cancelSocketRetry: (() => void) | null = null;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  get(transport: Transport): Link | null {
    return this.#links.get(transport) ?? null;
  }

  get isEmpty(): boolean {
    return this.#links.size === 0;
  }

  /** Open a connection in place of the one of this kind. */
  open(transport: Transport): void {
    this.drop(transport);
    this.#open(transport, (link) => {
      this.#links.set(transport, link);
    });
  }

  /** Open a second connection beside the one whose beats have come, if there is one. */
  readonly openSecond = (): void => {
    const working = [...this.#links].find(([, link]) => link.hasBeat);
    if (working === undefined) return;
    const [transport] = working;
    this.dropSecond();
    this.#open(transport, (link) => {
      this.#second = { transport, link };
    });
  };

  /** Keep a connection that has delivered; drop the other one of two. */
  keep(link: Link): void {
    if (this.#second?.link === link) this.takeSecond(this.#second.transport);
    else this.dropSecond();
  }

  /** Put the second connection of this kind in the place of the first, and return whether it exists. */
  takeSecond(transport: Transport): boolean {
    if (this.#second?.transport !== transport) return false;
    const { link } = this.#second;
    this.#second = null;
    this.get(transport)?.connection?.close();
    this.#links.set(transport, link);
    return true;
  }

  dropSecond(): void {
    const second = this.#second;
    this.#second = null;
    second?.link.connection?.close();
  }

  #open(transport: Transport, place: (link: Link) => void): void {
    const { start, openSocket, openStream, onMessage, onClosed, onCredentialsRenewed } =
      this.#options;
    const from = start();
    const link = new Link(transport, from);
    const isSecond = () => this.#second?.link === link;
    const isCurrent = () => this.get(transport) === link;
    const events: ConnectionEvents = {
      message: (text) => {
        if (isCurrent() || isSecond()) onMessage(link, text);
      },
      closed: (code) => {
        if (isSecond()) this.dropSecond();
        else if (isCurrent()) onClosed(link, transport, code);
      },
      credentialsRenewed: () => {
        if (isSecond()) this.dropSecond();
        else if (isCurrent()) onCredentialsRenewed(transport);
      },
    };
    place(link);
    link.connection = (transport === 'socket' ? openSocket : openStream)(from, events);
  }

  /** One has delivered: end the stream, or try a socket beside it by `retry` now and then. */
  settleOn(transport: Link['transport'], retry: () => void): void {
    if (transport === 'stream') {
      this.scheduleSocketRetries(retry);
    } else {
      this.drop('stream');
      this.cancelSocketRetries();
    }
  }

  drop(transport: Transport): void {
    const link = this.get(transport);
    this.#links.delete(transport);
    link?.connection?.close();
  }

  dropAll(): void {
    this.cancelSocketRetries();
    this.dropSecond();
    this.drop('socket');
    this.drop('stream');
  }

  /** Call `retry` at longer and longer intervals, until `cancelSocketRetries`. */
  scheduleSocketRetries(retry: () => void): void {
    this.#cancelSocketRetry ??= this.#options.timers.after(this.#socketRetryMs, () => {
      this.#socketRetryMs = Math.min(2 * this.#socketRetryMs, MAX_SOCKET_RETRY_MS);
      this.#cancelSocketRetry = null;
      this.scheduleSocketRetries(retry);
      retry();
    });
  }

  cancelSocketRetries(): void {
    this.#cancelSocketRetry?.();
    this.#cancelSocketRetry = null;
    this.#socketRetryMs = FIRST_SOCKET_RETRY_MS;
  }
}
