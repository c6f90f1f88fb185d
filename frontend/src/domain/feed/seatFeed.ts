import { reconnectSpreadMs } from '@/domain/feed/backoff';
import {
  type FeedStart,
  type FeedState,
  REASON_BY_CODE,
  type SeatFeedOptions,
} from '@/domain/feed/feedState';
import { Fallbacks } from '@/domain/feed/fallbacks';
import { type Link, Links, type Transport } from '@/domain/feed/links';
import { decodeFrame, parseFrame } from '@/domain/feed/parseFrame';
import { emptyFrame, Polling } from '@/domain/feed/polling';
import { Progress } from '@/domain/feed/progress';
import { CLOSE_CODES, type ServerFrame } from '@/domain/feed/protocol';
import { SectionRequests } from '@/domain/feed/sectionRequests';
import type { WantedSections } from '@/domain/feed/sectionSet';
import { SilenceWatch } from '@/domain/feed/silence';

const TOO_MANY_SOCKETS_WAIT_MS = 20_000;

/**
 * Delivers one event's frames in order and without gaps: by WebSocket, event stream or polling.
 *
 * Each fallback starts while the better ones are still tried, and the first frame decides; so it
 * does between a silent connection and a second one. A frame of a socket ends the event stream, and
 * one of either ends polling. Each frame handed to `onFrame` is a snapshot or starts where the last
 * one ended; on a gap the feed reconnects.
 *
 * With `wanted` sections it delivers parts, until `want` those of these sections. The states of a
 * section are known from the first part that lists it among its `sections`.
 */
export class SeatFeed {
  readonly #options: SeatFeedOptions;
  #state: FeedState = { name: 'connecting' };
  readonly #progress = new Progress();
  /** The credentials were renewed, and no frame has arrived since. */
  #hasRenewedCredentials = false;
  /** An event stream delivered last, so reconnect by one at once. */
  #prefersStream = false;
  /** An event stream was silent after its first frames: a proxy holds them back. */
  #isStreamHeldBack = false;
  #viewers = 0;
  readonly #fallbacks: Fallbacks;
  readonly #links: Links;
  readonly #polling: Polling;
  readonly #sections: SectionRequests;
  readonly #silence: SilenceWatch;

  constructor(options: SeatFeedOptions) {
    this.#options = options;
    this.#fallbacks = new Fallbacks(options);
    const start = () => this.#progress.start(this.#sections.wanted);
    this.#links = new Links({
      ...options,
      start,
      onMessage: (link, text) => {
        this.#receive(link, text);
      },
      onClosed: this.#handleLinkClosed,
      onCredentialsRenewed: this.#credentialsRenewed,
    });
    const onLate = () => {
      if (['live', 'polling'].includes(this.#state.name)) this.#setState({ name: 'checking' });
    };
    this.#polling = new Polling({
      ...options,
      start,
      onDue: this.#poll,
      onLate,
      onAnswered: (link, start, answer) => {
        this.#handlePollResponse(link, start, answer);
      },
      onBusy: (retryInMs) => {
        this.#setState({ name: 'reconnecting', retryInMs });
      },
      onFailed: (code) => {
        this.#handleClose(code);
      },
    });
    const [progress, links, polling] = [this.#progress, this.#links, this.#polling];
    this.#sections = new SectionRequests({ ...options, progress, links, polling });
    this.#silence = new SilenceWatch({
      ...options,
      doubtSpreadMs: () => reconnectSpreadMs(this.#viewers),
      onDoubt: this.#links.openSecond,
      onLate,
      onDead: () => {
        const stream = this.#links.get('stream');
        this.#isStreamHeldBack ||= stream?.hasDelivered === true && !stream.hasBeat;
        this.#retry();
      },
    });
  }

  get state(): FeedState {
    return this.#state;
  }

  start(): void {
    this.#open(this.#options.isOnline() ? { name: 'connecting' } : { name: 'offline' });
  }

  /** Deliver other sections. No effect on a feed of the whole map. */
  want(wanted: WantedSections): void {
    this.#sections.want(wanted);
  }

  stop(): void {
    this.#end({ name: 'closed', reason: 'left' });
  }

  networkLost(): void {
    if (this.#state.name === 'closed' || this.#state.name === 'paused') return;
    this.#reconnectNow({ name: 'offline' });
  }

  networkBack(): void {
    if (this.#state.name === 'closed' || this.#state.name === 'paused') return;
    // It may be another network.
    this.#prefersStream = this.#isStreamHeldBack = false;
    const { name } = this.#state;
    const isDoubtful = this.#polling.isActive || ['offline', 'checking'].includes(name);
    if (isDoubtful || this.#isWaiting()) this.#reconnectNow();
    else if (name === 'live' && this.#links.get('stream') !== null) this.#connect('socket');
  }

  /** Stop all traffic until `pageVisible`. */
  pause(): void {
    if (this.#state.name !== 'closed') this.#end({ name: 'paused' });
  }

  /** A hidden page keeps its socket for a while, but no event stream: browsers have few. */
  pageHidden(): void {
    if (this.#links.get('stream') !== null) this.pause();
  }

  /** Resume, or check the connection: the machine may have slept. */
  pageVisible(): void {
    const isDead = !this.#links.isEmpty && this.#silence.isDead();
    if (this.#state.name === 'paused') this.start();
    else if (this.#polling.isActive) this.#poll();
    else if (isDead || this.#isWaiting()) this.#reconnectNow();
  }

  #reconnectNow(state: FeedState = { name: 'reconnecting', retryInMs: null }): void {
    this.#disconnect();
    this.#options.backoff.cancel();
    this.#open(state);
  }

  #open(state: FeedState): void {
    this.#setState(state);
    this.#fallbacks.start({
      openStream: () => {
        this.#options.backoff.cancel();
        if (this.#options.isHidden()) this.pause();
        else if (this.#links.get('stream') === null) this.#connect('stream');
      },
      poll: this.#poll,
    });
    // The first to connect gets the ticket, if there is one.
    if (this.#prefersStream) this.#connect('stream');
    this.#connect('socket');
    this.#silence.start();
  }

  #connect(transport: Transport): void {
    if (transport === 'stream' && (this.#isStreamHeldBack || this.#options.isHidden())) return;
    this.#links.open(transport);
  }

  readonly #poll = (): void => {
    this.#disconnect();
    this.#polling.request();
  };

  #handlePollResponse(link: Link, start: FeedStart, answer: unknown): void {
    try {
      const now = this.#options.clock.now();
      const frame = answer === null ? emptyFrame(start, now) : decodeFrame(answer);
      if (frame !== null && !this.#apply(link, frame)) return;
    } catch {
      this.#progress.forget();
      this.#retry();
      return;
    }
    this.#options.backoff.reset();
    this.#hasRenewedCredentials = false;
    if (this.#state.name !== 'polling')
      this.#setState({ name: 'polling', everyMs: this.#options.pollIntervalMs });
    this.#polling.scheduleRequest();
    if (this.#polling.isRetryDue()) {
      this.#connect('socket');
      this.#connect('stream');
    }
  }

  #receive(link: Link, text: string): void {
    try {
      const frame = parseFrame(text);
      this.#links.keep(link);
      // Beats of another connection come at other times.
      if (!link.hasDelivered) this.#silence.start();
      if (frame?.type === 'beat') this.#viewers = frame.viewers;
      this.#silence.heard(frame);
      if (frame === null) this.#options.onOtherFrame?.(text);
      if (frame === null || !this.#apply(link, frame)) return;
    } catch {
      this.#progress.forget();
      this.#retry();
      return;
    }
    this.#hasRenewedCredentials = false;
    this.#fallbacks.cancel();
    this.#polling.stop();
    this.#prefersStream = link.transport === 'stream';
    this.#links.settleOn(link.transport, () => {
      this.#connect('socket');
    });
    if (this.#state.name !== 'live') this.#setState({ name: 'live' });
    this.#sections.request();
  }

  /** Deliver a frame that continues the last one. Reconnect on a gap and return false. */
  #apply(link: Link, frame: ServerFrame): boolean {
    this.#options.clock.observe(frame.now);
    const next = this.#progress.advance(link, frame);
    if (next === 'gap') {
      this.#retry();
      return false;
    }
    if (next === 'known') return true;
    if (next.type === 'beat') this.#options.backoff.reset();
    this.#options.onFrame(next);
    return true;
  }

  readonly #handleLinkClosed = (link: Link, transport: Transport, code: number): void => {
    const hasStream = transport === 'socket' && this.#links.get('stream') !== null;
    const mayPollNext = transport === 'stream' && !link.hasDelivered && !REASON_BY_CODE.has(code);
    if (!REASON_BY_CODE.has(code) && this.#links.takeSecond(transport)) return;
    if (this.#polling.isActive || hasStream || mayPollNext) this.#links.drop(transport);
    else this.#handleClose(code);
  };

  #handleClose(code: number): void {
    const reason = REASON_BY_CODE.get(code);
    if (reason !== undefined) this.#end({ name: 'closed', reason });
    else this.#retry(code === CLOSE_CODES.tooManySockets ? TOO_MANY_SOCKETS_WAIT_MS : 0);
  }

  readonly #credentialsRenewed = (transport: Transport): void => {
    const other = this.#links.get(transport === 'socket' ? 'stream' : 'socket');
    const isAlone = other === null && !this.#polling.isActive;
    if (this.#hasRenewedCredentials) {
      // The renewed credentials were refused too: stop, or this would loop.
      if (isAlone) this.#end({ name: 'closed', reason: 'signInFirst' });
      else this.#links.drop(transport);
      return;
    }
    this.#hasRenewedCredentials = true;
    if (isAlone) this.#reconnectNow();
    else this.#connect(transport);
  };

  #retry(minMs = 0): void {
    this.#disconnect();
    const isOnline = this.#options.isOnline();
    // Most likely all viewers were disconnected at once, so spread the reconnects.
    const retryInMs = this.#options.backoff.schedule(
      () => {
        this.#open(isOnline ? { name: 'reconnecting', retryInMs: null } : { name: 'offline' });
      },
      { minMs, spreadMs: reconnectSpreadMs(this.#viewers) },
    );
    this.#setState(isOnline ? { name: 'reconnecting', retryInMs } : { name: 'offline' });
  }

  #disconnect(): void {
    this.#silence.stop();
    this.#polling.stop();
    this.#links.dropAll();
  }

  #end(state: FeedState): void {
    this.#disconnect();
    this.#fallbacks.cancel();
    this.#options.backoff.cancel();
    this.#setState(state);
  }

  #isWaiting(): boolean {
    return this.#state.name === 'reconnecting' && this.#state.retryInMs !== null;
  }

  #setState(state: FeedState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
