import type { ConnectionEvents, FeedConnection } from '@/domain/feed/feedState';
import { CLOSE_CODES } from '@/domain/feed/protocol';

type StreamEvents = Pick<ConnectionEvents, 'message' | 'closed'>;

/** `Authorization` for the credentials that a socket would offer as a subprotocol. */
const CREDENTIALS = /^(bearer|ticket)\./;

/**
 * Read the frames of an event stream.
 *
 * With `fetch`, because `EventSource` cannot send a token, and does not tell why it has failed.
 */
export function readEventStream(
  url: string,
  offered: readonly string[],
  events: StreamEvents,
): FeedConnection {
  const request = new AbortController();
  const credentials = offered.find((one) => CREDENTIALS.test(one));
  const headers = credentials && { Authorization: credentials.replace('.', ' ') };
  read(
    url,
    { ...(headers && { headers }), cache: 'no-store', signal: request.signal },
    events,
  ).then(
    (code) => {
      if (!request.signal.aborted) events.closed(code);
    },
    () => {
      if (!request.signal.aborted) events.closed(CLOSE_CODES.abnormal);
    },
  );
  return {
    send() {
      // An event stream has one direction.
    },
    close() {
      request.abort();
    },
  };
}

/** Returns the close code. Throws if the request fails or the connection breaks. */
async function read(url: string, init: RequestInit, events: StreamEvents): Promise<number> {
  const { ok, headers, body } = await fetch(url, init);
  const isStream = headers.get('Content-Type')?.startsWith('text/event-stream') === true;
  if (!ok || !isStream || body === null) return CLOSE_CODES.abnormal;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let unread = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return CLOSE_CODES.abnormal;
    const blocks = (unread + decoder.decode(value, { stream: true })).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const { event, data } = fieldsOf(block);
      if (event === 'close') return Number(data);
      if (data !== undefined) events.message(data);
    }
  }
}

/** The fields of an event; comments have an empty name. */
function fieldsOf(block: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    block.split('\n').map((line) => {
      const end = line.indexOf(':');
      return [line.slice(0, end), line.slice(end + 1).trimStart()];
    }),
  );
}
