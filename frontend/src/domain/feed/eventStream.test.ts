import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { readEventStream } from '@/domain/feed/eventStream';

const URL = 'https://seats.example/ws/events/7/';

let asked: { url: string; headers: Headers; signal: AbortSignal | null | undefined }[];
let respond: () => Promise<Response>;

beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ url, headers: new Headers(init.headers), signal: init.signal });
    return respond();
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Read a response of these pieces to its end. Returns the messages, and the close code last. */
async function read(
  pieces: readonly (string | Uint8Array)[],
  { status = 200, type = 'text/event-stream', offered = [] as string[] } = {},
): Promise<unknown[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  respond = () =>
    Promise.resolve(new Response(body, { status, headers: { 'Content-Type': type } }));
  const heard: unknown[] = [];
  return new Promise((resolve) => {
    readEventStream(URL, offered, {
      message: (text) => heard.push(text),
      closed: (code) => {
        resolve([...heard, code]);
      },
    });
  });
}

it('delivers the data of each event, and the close code', async () => {
  const pieces = ['retry: 3000\n\n', 'data: {"a":1}\n\ndata: {"b":2}\n\n: comment\n\n'];
  expect(await read([...pieces, 'event: close\ndata: 4404\n\n'])).toEqual([
    '{"a":1}',
    '{"b":2}',
    4404,
  ]);
});

it('joins events and characters that arrive in pieces', async () => {
  const bytes = new TextEncoder().encode('data: {"holder":"Zoë"}\n\n');
  const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
  expect(await read(pieces)).toEqual(['{"holder":"Zoë"}', 1006]);
});

it.each([
  [{ status: 404 }],
  [{ status: 502, type: 'text/html' }],
  // A static host answers any address with the page.
  [{ type: 'text/html; charset=utf-8' }],
])('takes another response for a failure: %o', async (response) => {
  expect(await read(['data: {}\n\n'], response)).toEqual([1006]);
});

it('reports a failed request', async () => {
  respond = () => Promise.reject(new TypeError('no network'));
  const code = await new Promise((resolve) => {
    readEventStream(URL, [], { message: () => undefined, closed: resolve });
  });
  expect(code).toBe(1006);
});

it.each([
  [['seatcast', 'bearer.abc.def'], 'bearer abc.def'],
  [['seatcast', 'ticket.abc~1'], 'ticket abc~1'],
  [[], null],
])('sends the credentials %j as a header, not in the address', async (offered, header) => {
  await read([], { offered });
  expect(asked[0]?.headers.get('Authorization')).toBe(header);
  expect(asked[0]?.url).toBe(URL);
});

it('aborts the request and reports nothing when closed', async () => {
  let fail: (cause: Error) => void = () => undefined;
  respond = () =>
    new Promise((_, reject) => {
      fail = reject;
    });
  const closed = vi.fn();
  readEventStream(URL, [], { message: () => undefined, closed }).close();
  expect(asked[0]?.signal?.aborted).toBe(true);
  fail(new DOMException('aborted', 'AbortError'));
  await Promise.resolve();
  await Promise.resolve();
  expect(closed).not.toHaveBeenCalled();
});
