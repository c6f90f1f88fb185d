import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { transmit as Transmit } from '@/api/transport';

let transmit: typeof Transmit;
let server: Server;
/** How the server answers. */
let answer: RequestListener;

beforeEach(async () => {
  server = createServer((request, response) => {
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.resetModules();
  vi.stubEnv('VITE_API_URL', `http://127.0.0.1:${String(port)}`);
  ({ transmit } = await import('@/api/transport'));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.resetModules();
  server.closeAllConnections();
  server.close();
});

function answerWith(status: number, body: string, headers: Record<string, string> = {}): void {
  answer = (_, response) => response.writeHead(status, headers).end(body);
}

/** Never answer; tell when a request arrives, and when its connection closes. */
function neverAnswer(): { readonly arrived: Promise<unknown>; readonly closed: Promise<unknown> } {
  const arrived = once(server, 'request');
  answer = () => undefined;
  const closed = arrived.then(([request]) => once((request as IncomingMessage).socket, 'close'));
  return { arrived, closed };
}

it('sends no question mark for an empty query', async () => {
  answerWith(200, '{}');
  // The server would not see it: unlike browsers, Node sends none where nothing follows.
  const fetching = vi.spyOn(globalThis, 'fetch');
  await transmit({ method: 'get', url: 'events/7/changes/', query: {} });
  expect(fetching.mock.lastCall?.[0]).toMatch(/\/api\/events\/7\/changes\/$/u);
});

it('sends JSON with its headers and query, and returns what is answered', async () => {
  const seen: unknown[] = [];
  answer = (request, response) => {
    const { method, url, headers } = request;
    request.on('data', (body: Buffer) => {
      seen.push(method, url, headers['content-type'], headers['idempotency-key'], String(body));
      response.writeHead(201, { 'X-Seatcast-Layout': 'layout-1' }).end('{"success":true}');
    });
  };
  const { body, headers } = await transmit({
    method: 'post',
    url: 'events/7/lock/',
    headers: { 'Idempotency-Key': 'key-1' },
    query: { search: 'a & b', limit: 2 },
    body: { seat_ids: [1] },
  });
  expect(seen).toEqual([
    'POST',
    '/api/events/7/lock/?search=a+%26+b&limit=2',
    'application/json',
    'key-1',
    '{"seat_ids":[1]}',
  ]);
  expect(body).toEqual({ success: true });
  expect(headers.get('x-seatcast-layout')).toBe('layout-1');
});

it('sends PATCH in capitals, since fetch does not', async () => {
  const methods: unknown[] = [];
  answer = ({ method }, response) => {
    methods.push(method);
    response.end('{}');
  };
  await transmit({ method: 'patch', url: 'second-factor/passkeys/1/', body: { name: 'Key' } });
  expect(methods).toEqual(['PATCH']);
});

it('returns undefined for a response without a body', async () => {
  answerWith(204, '');
  expect((await transmit({ method: 'delete', url: 'sessions/1/' })).body).toBeUndefined();
});

it("throws the server's error with its Retry-After", async () => {
  answerWith(503, '{"error": "Back soon.", "code": "unavailable"}', { 'Retry-After': '2' });
  await expect(transmit({ method: 'get', url: 'events/' })).rejects.toMatchObject({
    name: 'ApiError',
    status: 503,
    code: 'unavailable',
    retryAfterSeconds: 2,
  });
});

it('throws an error with the status of a page that is no JSON', async () => {
  answerWith(502, '<h1>Bad gateway</h1>');
  await expect(transmit({ method: 'get', url: 'events/' })).rejects.toMatchObject({
    status: 502,
    code: 'unexpected',
  });
});

it('does not take a page that is no JSON for an answer', async () => {
  answerWith(200, '<h1>Sign in to the hotel</h1>');
  await expect(transmit({ method: 'get', url: 'events/' })).rejects.toMatchObject({
    status: null,
    code: 'unexpected',
  });
});

it('passes on that nothing has changed', async () => {
  answerWith(304, '');
  await expect(transmit({ method: 'get', url: 'events/7/changes/' })).rejects.toMatchObject({
    status: 304,
  });
});

it('reports a network error when the connection breaks before the response', async () => {
  answer = (request) => request.socket.destroy();
  await expect(transmit({ method: 'get', url: 'events/' })).rejects.toMatchObject({
    status: null,
    code: 'network',
  });
});

it('reports a network error when the connection breaks within the body', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('{"events": [', () => response.destroy());
  };
  await expect(transmit({ method: 'get', url: 'events/' })).rejects.toMatchObject({
    status: null,
    code: 'network',
  });
});

it('reports a timeout after ten seconds without a response', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { arrived, closed } = neverAnswer();
  const call = expect(transmit({ method: 'get', url: 'events/' })).rejects.toMatchObject({
    status: null,
    code: 'timeout',
  });
  await arrived;
  vi.advanceTimersByTime(9_999);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1);
  await call;
  await closed;
});

it('ends the request when the caller aborts it', async () => {
  const { arrived, closed } = neverAnswer();
  const caller = new AbortController();
  const call = transmit({ method: 'get', url: 'events/', signal: caller.signal });
  const failure = expect(call).rejects.toMatchObject({ status: null, code: 'network' });
  await arrived;
  caller.abort();
  await failure;
  await closed;
});

it('sends nothing for a caller that has aborted already', async () => {
  const asked: unknown[] = [];
  answer = ({ url }) => asked.push(url);
  const signal = AbortSignal.abort();
  await expect(transmit({ method: 'get', url: 'events/', signal })).rejects.toMatchObject({
    code: 'network',
  });
  expect(asked).toEqual([]);
});

it("reads the server's clock from errors too", async () => {
  const { dateHeaderClock } = await import('@/api/dateHeaderClock');
  answerWith(404, '{}', { Date: 'Thu, 01 Jan 2032 00:00:00 GMT' });
  await expect(transmit({ method: 'get', url: 'events/9/' })).rejects.toMatchObject({
    status: 404,
  });
  expect(new Date(dateHeaderClock.now()).getUTCFullYear()).toBe(2032);
});
