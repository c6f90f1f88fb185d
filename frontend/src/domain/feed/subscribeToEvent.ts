import { toApiError } from '@/api/apiError';
import { recheckSession, get, auth } from '@/api/client';
import { serverOrigin } from '@/api/origins';
import { pagePause } from '@/browser/pagePause';
import { Backoff, browserTimers } from '@/domain/feed/backoff';
import { readEventStream } from '@/domain/feed/eventStream';
import type {
  ConnectionEvents,
  FeedConnection,
  FeedStart,
  FeedState,
  PollEvents,
} from '@/domain/feed/feedState';
import { CLOSE_CODES, type FeedFrame } from '@/domain/feed/protocol';
import { SeatFeed } from '@/domain/feed/seatFeed';
import { sectionsText, type WantedSections } from '@/domain/feed/sectionSet';
import type { ServerClock } from '@/domain/serverClock';

/** The server's default. */
const BEAT_MS = 3_000;
const STREAM_FALLBACK_MS = 2_000;
/** So that polling delivers within five seconds. */
const POLLING_FALLBACK_MS = 4_000;
const POLL_MS = 3_000;
const POLL_LATE_MS = 1_500;

interface FeedHandlers {
  readonly clock: ServerClock;
  /** The sections to deliver at first; null for the whole map. */
  readonly wanted: WantedSections | null;
  readonly onFrame: (frame: FeedFrame) => void;
  /** Ask for the figures of the sale too, which come as other frames. */
  readonly onOtherFrame?: ((text: string) => void) | undefined;
  readonly onState: (state: FeedState) => void;
}

export interface EventSubscription {
  /** Deliver other sections. */
  readonly want: (wanted: WantedSections) => void;
  readonly close: () => void;
}

export function subscribeToEvent(eventId: number, listener: FeedHandlers): EventSubscription {
  const hasFigures = listener.onOtherFrame !== undefined;
  const feed = new SeatFeed({
    ...listener,
    openSocket: (start, events) =>
      openWithCredentials(events, (offered, closed) =>
        openWebSocket(eventUrl('ws', eventId, start, hasFigures), offered, {
          ...events,
          closed,
        }),
      ),
    openStream: (start, events) => openSharedStream(eventId, start, events, hasFigures),
    poll: (start, events) => pollChanges(eventId, start, events),
    backoff: new Backoff({
      baseMs: 800,
      capMs: 20_000,
      timers: browserTimers,
      random: Math.random,
    }),
    timers: browserTimers,
    random: Math.random,
    isOnline: () => navigator.onLine,
    isHidden: () => document.visibilityState === 'hidden',
    wallNow: Date.now,
    beatIntervalMs: BEAT_MS,
    streamFallbackMs: STREAM_FALLBACK_MS,
    pollingFallbackMs: POLLING_FALLBACK_MS,
    pollIntervalMs: POLL_MS,
    pollLateMs: POLL_LATE_MS,
  });
  const unwire = forwardBrowserEvents(feed);
  if (pagePause.isPaused()) feed.pause();
  else feed.start();
  return {
    want: (wanted) => {
      feed.want(wanted);
    },
    close: () => {
      unwire();
      feed.stop();
    },
  };
}

/** The address of an event's frames, by WebSocket or as an event stream. */
export function eventUrl(
  scheme: 'ws' | 'http',
  eventId: number,
  start: FeedStart,
  hasFigures = false,
  server: Pick<Location, 'protocol' | 'host'> = serverOrigin ?? location,
): string {
  const secure = server.protocol === 'https:' ? 's' : '';
  const url = new URL(`${scheme}${secure}://${server.host}/ws/events/${eventId}/`);
  for (const [name, value] of Object.entries(startQuery(start))) {
    url.searchParams.set(name, String(value));
  }
  if (hasFigures) url.searchParams.set('figures', '1');
  return url.href;
}

function startQuery({ resumeFrom, sections }: FeedStart): Record<string, string | number> {
  return {
    ...(resumeFrom && { since: resumeFrom.seq, layout: resumeFrom.layout }),
    ...(sections && {
      layout: sections.layout,
      sections: sectionsText(sections.known),
      add: sectionsText(sections.added),
    }),
  };
}

/** Open the event stream of all tabs of this browser; a stream of this tab where they share none. */
function openSharedStream(
  eventId: number,
  start: FeedStart,
  events: ConnectionEvents,
  hasFigures: boolean,
): FeedConnection {
  const open = (from: FeedStart, streamEvents: Pick<ConnectionEvents, 'message' | 'closed'>) =>
    openWithCredentials({ ...events, ...streamEvents }, (offered, closed) =>
      readEventStream(eventUrl('http', eventId, from, hasFigures), offered, {
        ...streamEvents,
        closed,
      }),
    );
  const loading = Promise.all([
    import('@/domain/feed/sharedStream'),
    import('@/browser/streamTabs'),
  ]);
  return openLater(events, loading, ([{ SharedStream }, { streamTabs }]) => {
    const tabs = streamTabs();
    if (tabs === null) return open(start, events);
    return new SharedStream({
      stream: eventUrl('http', eventId, { resumeFrom: null, sections: null }, hasFigures),
      start,
      events,
      tabs,
      open,
      poll: (from, pollEvents) => pollChanges(eventId, from, pollEvents),
      timers: browserTimers,
    });
  });
}

/** Open a connection once what it needs is there, unless it is closed before. */
function openLater<T>(
  events: ConnectionEvents,
  needed: Promise<T>,
  open: (needed: T) => FeedConnection,
): FeedConnection {
  let connection: FeedConnection | null = null;
  let isWanted = true;
  needed.then(
    (found) => {
      if (isWanted) connection = open(found);
    },
    () => {
      events.closed(CLOSE_CODES.abnormal);
    },
  );
  return {
    send(text) {
      connection?.send(text);
    },
    close() {
      isWanted = false;
      connection?.close();
    },
  };
}

/** Open a connection with credentials, and renew them if it is closed with 4401. */
function openWithCredentials(
  events: ConnectionEvents,
  open: (offered: readonly string[], closed: (code: number) => void) => FeedConnection,
): FeedConnection {
  function reauthenticate(offered: readonly string[]): void {
    auth.recoverSocket(offered).then(
      (isMended) => {
        if (isMended) {
          events.credentialsRenewed();
          return;
        }
        recheckSession();
        events.closed(CLOSE_CODES.signInFirst);
      },
      () => {
        events.closed(CLOSE_CODES.abnormal);
      },
    );
  }

  return openLater(events, auth.subprotocols(), (offered) =>
    open(offered, (code) => {
      if (code === CLOSE_CODES.signInFirst) reauthenticate(offered);
      else events.closed(code);
    }),
  );
}

function openWebSocket(
  url: string,
  protocols: readonly string[],
  events: Pick<ConnectionEvents, 'message' | 'closed'>,
): FeedConnection {
  const socket = new WebSocket(url, [...protocols]);
  socket.addEventListener('message', ({ data }) => {
    // Binary messages are no protocol frames; the parser refuses the empty string.
    events.message(typeof data === 'string' ? data : '');
  });
  socket.addEventListener('close', ({ code }) => {
    events.closed(code);
  });
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      socket.close();
    },
  };
}

const CLOSE_CODE_BY_STATUS: ReadonlyMap<number | null, number> = new Map([
  [401, CLOSE_CODES.signInFirst],
  [403, CLOSE_CODES.notForYou],
  [404, CLOSE_CODES.noSuchEvent],
]);

function pollChanges(eventId: number, start: FeedStart, events: PollEvents): () => void {
  const question = new AbortController();
  const { signal } = question;
  const { resumeFrom, sections } = start;
  const isComplete = sections === null || (sections.added.size === 0 && sections.hasCounts);
  const headers = resumeFrom &&
    isComplete && { 'If-None-Match': `W/"${resumeFrom.layout}-${resumeFrom.seq}"` };
  get(`events/${eventId}/changes/`, {
    signal,
    query: startQuery(start),
    ...(headers && { headers }),
  }).then(
    ({ body }) => {
      if (!question.signal.aborted) events.answered(body);
    },
    (cause: unknown) => {
      if (question.signal.aborted) return;
      const { status, code, retryAfterSeconds } = toApiError(cause);
      if (status === 304) events.answered(null);
      else if (status === 429 || code === 'busy') {
        events.busy(Math.max((retryAfterSeconds ?? 0) * 1000, POLL_MS));
      } else events.failed(CLOSE_CODE_BY_STATUS.get(status) ?? CLOSE_CODES.abnormal);
    },
  );
  return () => {
    question.abort();
  };
}

function forwardBrowserEvents(feed: SeatFeed): () => void {
  const wiring = new AbortController();
  const { signal } = wiring;
  window.addEventListener(
    'online',
    () => {
      feed.networkBack();
    },
    { signal },
  );
  window.addEventListener(
    'offline',
    () => {
      feed.networkLost();
    },
    { signal },
  );
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') feed.pageVisible();
      else feed.pageHidden();
    },
    { signal },
  );
  const stopListening = pagePause.listen((isPaused) => {
    if (isPaused) feed.pause();
    else feed.pageVisible();
  });
  return () => {
    wiring.abort();
    stopListening();
  };
}
