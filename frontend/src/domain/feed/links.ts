import type { Timers } from '@/domain/feed/backoff';
import type {
  ConnectionEvents,
  FeedConnection,
  OpenConnection,
  ResumePosition,
} from '@/domain/feed/feedState';
import type { ServerFrame } from '@/domain/feed/protocol';

/** How long an event stream delivers until a socket is tried again; doubled after each try. */
const FIRST_SOCKET_RETRY_MS = 30_000;
const MAX_SOCKET_RETRY_MS = 300_000;

export type Transport = 'socket' | 'stream';

/** The sequence number that the frames of one connection, or a poll, have reached. */
export class Link {
  readonly transport: Transport | 'poll';
  connection: FeedConnection | null = null;
  /** Whether it has brought a frame. */
  hasDelivered = false;
  /** Whether it has brought a beat: nothing holds its frames back. */
  hasBeat = false;
  #seq: number | null;

  constructor(transport: Transport | 'poll', resumeFrom: ResumePosition | null) {
    this.transport = transport;
    this.#seq = resumeFrom?.seq ?? null;
  }

  /** Whether a frame continues the last one of this connection. */
  continues(frame: ServerFrame): boolean {
    if (frame.type === 'snapshot') return true;
    return this.#seq === (frame.type === 'delta' ? frame.from : frame.seq);
  }

  received(frame: ServerFrame): void {
    this.#seq = frame.seq;
    this.hasDelivered = true;
    if (frame.type === 'beat') this.hasBeat = true;
  }
}

interface LinksOptions {
  readonly timers: Timers;
  readonly openSocket: OpenConnection;
  readonly openStream: OpenConnection;
  readonly onMessage: (link: Link, text: string) => void;
  readonly onClosed: (link: Link, transport: Transport, code: number) => void;
  readonly onCredentialsRenewed: (transport: Transport) => void;
}

/** At most one socket and one event stream. Late events of dropped ones are ignored. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<Transport, Link>();
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
  open(transport: Transport, resumeFrom: ResumePosition | null): void {
    this.drop(transport);
    const { openSocket, openStream, onMessage, onClosed, onCredentialsRenewed } = this.#options;
    const link = new Link(transport, resumeFrom);
    const isCurrent = () => this.get(transport) === link;
    const events: ConnectionEvents = {
      message: (text) => {
        if (isCurrent()) onMessage(link, text);
      },
      closed: (code) => {
        if (isCurrent()) onClosed(link, transport, code);
      },
      credentialsRenewed: () => {
        if (isCurrent()) onCredentialsRenewed(transport);
      },
    };
    this.#links.set(transport, link);
    link.connection = (transport === 'socket' ? openSocket : openStream)(resumeFrom, events);
  }

  drop(transport: Transport): void {
    const link = this.get(transport);
    this.#links.delete(transport);
    link?.connection?.close();
  }

  dropAll(): void {
    this.cancelSocketRetries();
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
