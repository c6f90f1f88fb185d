import { toApiError } from '@/api/apiError';
import { recheckSession, get, auth } from '@/api/client';
import { serverOrigin } from '@/api/origins';
import { pagePause } from '@/browser/pagePause';
import { Backoff, browserTimers } from '@/domain/feed/backoff';
import type {
  FeedSocket,
  FeedState,
  PollEvents,
  ResumePosition,
  SocketEvents,
} from '@/domain/feed/feedState';
import { CLOSE_CODES, type ServerFrame } from '@/domain/feed/protocol';
import { SeatFeed } from '@/domain/feed/seatFeed';
import type { ServerClock } from '@/domain/serverClock';

const SILENCE_TIMEOUT_MS = 16_000;
/** So that polling delivers within five seconds. */
const POLLING_FALLBACK_MS = 4_000;
const POLL_MS = 3_000;

interface FeedHandlers {
  readonly clock: ServerClock;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: FeedState) => void;
}

/** Subscribe to an event by WebSocket, or by polling. Returns an unsubscribe function. */
export function subscribeToEvent(eventId: number, listener: FeedHandlers): () => void {
  const feed = new SeatFeed({
    ...listener,
    openSocket: (resumeFrom, events) => openWebSocket(eventId, resumeFrom, events),
    poll: (resumeFrom, events) => pollChanges(eventId, resumeFrom, events),
    backoff: new Backoff({
      baseMs: 800,
      capMs: 20_000,
      timers: browserTimers,
      random: Math.random,
    }),
    timers: browserTimers,
    isOnline: () => navigator.onLine,
    wallNow: Date.now,
    silenceTimeoutMs: SILENCE_TIMEOUT_MS,
    pollingFallbackMs: POLLING_FALLBACK_MS,
    pollIntervalMs: POLL_MS,
  });
  const unwire = forwardBrowserEvents(feed);
  if (pagePause.isPaused()) feed.pause();
  else feed.start();
  return () => {
    unwire();
    feed.stop();
  };
}

export function eventSocketUrl(
  eventId: number,
  resumeFrom: ResumePosition | null,
  server: Pick<Location, 'protocol' | 'host'>,
): string {
  const scheme = server.protocol === 'https:' ? 'wss:' : 'ws:';
  const url = new URL(`${scheme}//${server.host}/ws/events/${eventId}/`);
  if (resumeFrom !== null) {
    url.searchParams.set('since', String(resumeFrom.seq));
    url.searchParams.set('layout', resumeFrom.layout);
  }
  return url.href;
}

/** Abnormal closure, as browsers report a failed connection. */
const ABNORMAL = 1006;

function openWebSocket(
  eventId: number,
  resumeFrom: ResumePosition | null,
  events: SocketEvents,
): FeedSocket {
  const url = eventSocketUrl(eventId, resumeFrom, serverOrigin ?? location);
  let socket: WebSocket | null = null;
  let isWanted = true;

  function open(protocols: string[]): void {
    if (!isWanted) return;
    socket = new WebSocket(url, protocols);
    socket.addEventListener('message', ({ data }) => {
      // Binary messages are no protocol frames; the parser refuses the empty string.
      events.message(typeof data === 'string' ? data : '');
    });
    socket.addEventListener('close', ({ code }) => {
      if (code === CLOSE_CODES.signInFirst) reauthenticate(protocols);
      else events.closed(code);
    });
  }

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
        events.closed(ABNORMAL);
      },
    );
  }

  auth.subprotocols().then(open, () => {
    events.closed(ABNORMAL);
  });
  return {
    send(text) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      isWanted = false;
      socket?.close();
    },
  };
}

const CLOSE_CODE_BY_STATUS: ReadonlyMap<number | null, number> = new Map([
  [401, CLOSE_CODES.signInFirst],
  [403, CLOSE_CODES.notForYou],
  [404, CLOSE_CODES.noSuchEvent],
]);

function pollChanges(
  eventId: number,
  resumeFrom: ResumePosition | null,
  events: PollEvents,
): () => void {
  const question = new AbortController();
  const { signal } = question;
  const known = resumeFrom && {
    query: { since: resumeFrom.seq, layout: resumeFrom.layout },
    headers: { 'If-None-Match': `W/"${resumeFrom.layout}-${resumeFrom.seq}"` },
  };
  get(`events/${eventId}/changes/`, { signal, ...known }).then(
    ({ body }) => {
      if (!question.signal.aborted) events.answered(body);
    },
    (cause: unknown) => {
      if (question.signal.aborted) return;
      const { status, code, retryAfterSeconds } = toApiError(cause);
      if (status === 304) events.answered(null);
      else if (status === 429 || code === 'busy') {
        events.busy(Math.max((retryAfterSeconds ?? 0) * 1000, POLL_MS));
      } else events.failed(CLOSE_CODE_BY_STATUS.get(status) ?? ABNORMAL);
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
