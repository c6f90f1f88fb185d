// @vitest-environment jsdom
import { beforeEach, expect, expectTypeOf, it, vi } from 'vitest';

import { signIn } from '@/api/account';
import { get, auth, post } from '@/api/client';
import type { AnswerAt, BodyAt, UrlOf } from '@/api/operations';
import { fetchMe, signOut } from '@/api/session';
import type { EventDetail, Layout } from '@/api/types';
import type { TabMessage } from '@/browser/tabMessages';
import { tabs } from '@/browser/tabs';

interface LockSeats {
  readonly seat_ids: readonly number[];
  readonly promo_code?: string;
}

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly csrf: string | null;
  readonly key: string | null;
}

let sent: Sent[];
let answer: (request: Sent) => [number, unknown];
beforeEach(() => {
  // Other test files share this document.
  document.cookie = 'csrftoken=; max-age=0';
  localStorage.clear();
  sent = [];
  answer = () => [200, {}];
  vi.stubGlobal('fetch', (path: string, { method = '', ...init }: RequestInit) => {
    const headers = new Headers(init.headers);
    const request = {
      method: method.toLowerCase(),
      url: path.replace('/api/', ''),
      csrf: headers.get('X-CSRFToken'),
      key: headers.get('Idempotency-Key'),
    };
    sent.push(request);
    if (request.url === 'csrf/') document.cookie = 'csrftoken=fresh';
    const [status, body] = answer(request);
    return Promise.resolve(Response.json(body, { status }));
  });
});

it('fetches a CSRF token before the first write if there is none', async () => {
  await post('login/', { username: 'alice', password: 'secret' });
  expect(sent.map(({ method, url, csrf }) => [method, url, csrf])).toEqual([
    ['get', 'csrf/', null],
    ['post', 'login/', 'fresh'],
  ]);
});

it('sends an existing CSRF token with writes and none with reads', async () => {
  document.cookie = 'csrftoken=known';
  await post('logout/');
  await get('me/');
  expect(sent.map(({ url, csrf }) => [url, csrf])).toEqual([
    ['logout/', 'known'],
    ['me/', null],
  ]);
});

it('retries once with a fresh CSRF token after a refusal', async () => {
  document.cookie = 'csrftoken=stale';
  answer = ({ csrf }) =>
    csrf === 'stale' ? [403, { error: 'CSRF', code: 'csrf_failed' }] : [200, {}];
  await post('events/7/unlock/', { seat_ids: [1] }, 'key-1');
  expect(sent.map(({ url, csrf, key }) => [url, csrf, key])).toEqual([
    ['events/7/unlock/', 'stale', 'key-1'],
    ['csrf/', null, null],
    ['events/7/unlock/', 'fresh', 'key-1'],
  ]);
});

it('gives up if the fresh CSRF token is refused as well', async () => {
  answer = ({ url }) =>
    url === 'csrf/' ? [200, {}] : [403, { error: 'CSRF', code: 'csrf_failed' }];
  await expect(post('logout/')).rejects.toMatchObject({ code: 'csrf_failed' });
});

it('throws ApiError for every failure', async () => {
  answer = () => [404, { error: 'There is no such event.', code: 'event_not_found' }];
  await expect(get('events/9/')).rejects.toMatchObject({
    name: 'ApiError',
    message: 'There is no such event.',
  });
});

it('rechecks the session when a request is refused as anonymous', async () => {
  const news: TabMessage[] = [];
  const stop = tabs.listen((one) => news.push(one));
  answer = () => [401, { error: 'Sign in first.', code: 'not_authenticated' }];
  await expect(get('me/')).rejects.toMatchObject({ status: 401 });
  expect(news).toEqual([]);
  await expect(post('events/7/lock/', { seat_ids: [1] })).rejects.toMatchObject({ status: 401 });
  expect(news).toEqual([{ kind: 'session' }]);
  stop();
});

it('reconnects a socket if the session continues under another cookie', async () => {
  expect(await auth.recoverSocket([])).toBe(true);
  answer = () => [401, { error: 'Sign in first.', code: 'not_authenticated' }];
  expect(await auth.recoverSocket([])).toBe(false);
  answer = () => [503, { error: 'Come back.', code: 'unavailable' }];
  await expect(auth.recoverSocket([])).rejects.toMatchObject({ status: 503 });
});

it('takes only paths and bodies of the API schema', () => {
  expectTypeOf<'events/7/'>().toExtend<UrlOf<'get'>>();
  expectTypeOf<'event/7/'>().not.toExtend<UrlOf<'get'>>();
  expectTypeOf<BodyAt<'post', 'events/7/lock/'>>().toEqualTypeOf<LockSeats>();
  expectTypeOf<BodyAt<'post', 'logout/'>>().toBeUndefined();
  // A parameter contains no slash.
  expectTypeOf<BodyAt<'post', 'events/7/8/lock/'>>().toBeNever();
});

it('types the answer of each path', () => {
  expectTypeOf<AnswerAt<'get', 'events/7/'>>().toEqualTypeOf<EventDetail>();
  expectTypeOf<AnswerAt<'get', `events/${number}/layouts/${string}/`>>().toEqualTypeOf<Layout>();
  expectTypeOf<AnswerAt<'get', 'events/7/8/'>>().toBeNever();
});

it('sends no request to learn that nobody is signed in, if no token was ever needed', async () => {
  expect(await fetchMe(new AbortController().signal)).toBeNull();
  expect(sent).toEqual([]);
});

it('asks once after a session has ended, and again after somebody signed in elsewhere', async () => {
  document.cookie = 'csrftoken=of-a-session';
  answer = () => [401, { error: 'Sign in first.', code: 'not_authenticated' }];
  expect(await fetchMe(new AbortController().signal)).toBeNull();
  expect(await fetchMe(new AbortController().signal)).toBeNull();
  expect(sent.map(({ url }) => url)).toEqual(['me/']);
  // The server replaces the token when somebody signs in.
  document.cookie = 'csrftoken=of-another-session';
  answer = () => [200, { username: 'alice' }];
  expect(await fetchMe(new AbortController().signal)).toEqual({ username: 'alice' });
});

it('asks nothing after signing out, and asks after signing in again', async () => {
  document.cookie = 'csrftoken=of-a-session';
  await signOut();
  expect(await fetchMe(new AbortController().signal)).toBeNull();
  await signIn({ username: 'alice', password: 'secret-word' });
  await fetchMe(new AbortController().signal);
  expect(sent.map(({ url }) => url)).toEqual(['logout/', 'login/', 'me/']);
});
