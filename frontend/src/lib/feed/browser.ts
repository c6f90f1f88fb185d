import { doubtSession, identity } from '@/lib/api/client';
import { serverElsewhere } from '@/lib/api/server';
import { Backoff, browserTimers } from '@/lib/feed/backoff';
import type { ServerClock } from '@/lib/feed/clock';
import { CLOSE_CODES, type ServerFrame } from '@/lib/feed/protocol';
import {
  type FeedSocket,
  type FeedState,
  type Position,
  SeatFeed,
  type SocketEvents,
} from '@/lib/feed/seatFeed';
import { sleep } from '@/lib/page/sleep';

const SILENCE_MS = 16_000;

interface FeedListener {
  readonly clock: ServerClock;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: FeedState) => void;
}

/** Follow an event over a real WebSocket. The answer stops it. */
export function followEvent(eventId: number, listener: FeedListener): () => void {
  const feed = new SeatFeed({
    ...listener,
    openSocket: (resumeFrom, events) => openWebSocket(eventId, resumeFrom, events),
    backoff: new Backoff({
      baseMs: 800,
      capMs: 20_000,
      timers: browserTimers,
      random: Math.random,
    }),
    timers: browserTimers,
    isOnline: () => navigator.onLine,
    wallNow: Date.now,
    silenceMs: SILENCE_MS,
  });
  const unwire = wireToBrowser(feed);
  if (sleep.isAsleep()) feed.pageForgotten();
  else feed.start();
  return () => {
    unwire();
    feed.stop();
  };
}

export function eventSocketUrl(
  eventId: number,
  resumeFrom: Position | null,
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

/** A socket that closed before it opened, as a browser has it. */
const ABNORMAL = 1006;

function openWebSocket(
  eventId: number,
  resumeFrom: Position | null,
  events: SocketEvents,
): FeedSocket {
  const url = eventSocketUrl(eventId, resumeFrom, serverElsewhere ?? location);
  let socket: WebSocket | null = null;
  let isWanted = true;

  function open(protocols: string[]): void {
    if (!isWanted) return;
    socket = new WebSocket(url, protocols);
    socket.addEventListener('message', ({ data }) => {
      // The protocol is text only; anything else is left for the parser to refuse.
      events.message(typeof data === 'string' ? data : '');
    });
    socket.addEventListener('close', ({ code }) => {
      if (code === CLOSE_CODES.signInFirst) mend(protocols);
      else events.closed(code);
    });
  }

  function mend(offered: readonly string[]): void {
    identity.mendSocket(offered).then(
      (isMended) => {
        if (isMended) {
          events.outdated();
          return;
        }
        doubtSession();
        events.closed(CLOSE_CODES.signInFirst);
      },
      () => {
        events.closed(ABNORMAL);
      },
    );
  }

  identity.subprotocols().then(open, () => {
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

function wireToBrowser(feed: SeatFeed): () => void {
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
      if (document.visibilityState === 'visible') feed.pageShown();
    },
    { signal },
  );
  const stopListening = sleep.listen((isAsleep) => {
    if (isAsleep) feed.pageForgotten();
    else feed.pageShown();
  });
  return () => {
    wiring.abort();
    stopListening();
  };
}
