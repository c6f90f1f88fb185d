// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { TabMessage } from '@/browser/tabMessages';
import { eventUrl } from '@/domain/feed/subscribeToEvent';

const SERVER = 'https://api.example';
const ALICE = { username: 'alice', password: 'secret-word' };

interface Sent {
  readonly url: string;
  readonly bearer: string | null;
  readonly body: unknown;
}

type Reply = readonly [status: number, body: unknown];

let sent: Sent[];
/** Where each request went, and whether with cookies. */
let fetched: { readonly address: string; readonly cookies: string | undefined }[];
/** Access tokens that the server accepts, and its responses. */
let good: string[];
let given: number;
let renewals: () => Reply;

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv('VITE_API_URL', SERVER);
  localStorage.clear();
  sent = [];
  fetched = [];
  good = [];
  given = 0;
  renewals = () => [200, newPair()];
});

afterEach(() => {
  vi.unstubAllEnvs();
  // Other test files share these modules, with another origin.
  vi.resetModules();
});

/** Load a client built for another origin, in front of a server with tokens. */
async function openClient() {
  const { get, post, auth } = await import('@/api/client');
  const account = { ...(await import('@/api/account')), ...(await import('@/api/session')) };
  const { tabs } = await import('@/browser/tabs');
  const { crossOriginApi } = await import('@/api/origins');
  const news: TabMessage[] = [];
  tabs.listen((one) => news.push(one));
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const url = pathOf(address);
    const header = new Headers(init.headers).get('Authorization');
    const bearer = header?.replace('Bearer ', '') ?? null;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    sent.push({ url, bearer, body });
    fetched.push({ address, cookies: init.credentials });
    await Promise.resolve();
    return answered(answer(url, bearer));
  });
  return { get, post, auth, account, news, crossOriginApi };
}

function answer(url: string, bearer: string | null): Reply {
  if (url === 'token/') return [200, newPair()];
  if (url === 'token/refresh/') return renewals();
  if (bearer !== null && !good.includes(bearer)) {
    return [401, { error: 'No.', code: 'token_not_valid' }];
  }
  if (bearer === null && url === 'me/') {
    return [401, { error: 'Sign in first.', code: 'not_authenticated' }];
  }
  return [200, { asked: url }];
}

function pathOf(address: string): string {
  return new URL(address, location.href).pathname.replace('/api/', '');
}

function answered([status, body]: Reply): Response {
  return Response.json(body, { status });
}

function newPair() {
  given += 1;
  const access = `h.${btoa(JSON.stringify({ iat: 0, exp: 300, jti: given }))}.s`;
  good = [access];
  return { access, refresh: `refresh-${String(given)}` };
}

function urls(): string[] {
  return sent.map(({ url }) => url);
}

describe('a cross-origin client', () => {
  it('calls the configured server and sends no cookies', async () => {
    const { get } = await openClient();
    await get('events/');
    expect(sent).toEqual([{ url: 'events/', bearer: null, body: null }]);
    expect(fetched).toEqual([{ address: 'https://api.example/api/events/', cookies: 'omit' }]);
  });

  it('signs in for tokens and sends them with every later call', async () => {
    const { account, get, post } = await openClient();
    await account.signIn(ALICE);
    await get('me/');
    await post('events/7/lock/', { seat_ids: [1] });
    expect(urls()).toEqual(['token/', 'me/', 'events/7/lock/']);
    expect(sent[0]).toEqual({ url: 'token/', bearer: null, body: ALICE });
    expect(sent.slice(1).map(({ bearer }) => bearer)).toEqual([good[0], good[0]]);
  });

  it('sends no request to learn that nobody is signed in', async () => {
    const { account } = await openClient();
    expect(await account.fetchMe(new AbortController().signal)).toBeNull();
    expect(sent).toEqual([]);
  });

  it('registers and then signs in', async () => {
    const { account } = await openClient();
    await account.register({ ...ALICE, email: 'alice@example.com' });
    expect(urls()).toEqual(['register/', 'token/']);
    expect(sent[1]?.body).toEqual(ALICE);
  });

  it('renews once and retries when many calls are refused with an old token', async () => {
    const { account, get, post } = await openClient();
    await account.signIn(ALICE);
    good = [];
    const answers = await Promise.all([
      get('me/'),
      get('reservations/'),
      post('events/7/lock/', { seat_ids: [1] }, 'key-1'),
    ]);
    expect(answers).toMatchObject([
      { body: { asked: 'me/' } },
      { body: { asked: 'reservations/' } },
      { asked: 'events/7/lock/' },
    ]);
    expect(urls().filter((url) => url === 'token/refresh/')).toHaveLength(1);
  });

  it('signs out when the renewal is refused, and retries anonymously', async () => {
    const { account, get, news } = await openClient();
    await account.signIn(ALICE);
    good = [];
    renewals = () => [401, { error: 'Used before.', code: 'token_not_valid' }];
    vi.useFakeTimers();
    const events = get('events/');
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect((await events).body).toEqual({ asked: 'events/' });
    expect(sent.at(-1)).toMatchObject({ url: 'events/', bearer: null });
    expect(news).toEqual([{ kind: 'session' }]);
    await expect(get('me/')).rejects.toMatchObject({ code: 'not_authenticated' });
    expect(localStorage.length).toBe(0);
  });

  it('reports a network error when the renewal cannot be sent', async () => {
    const { account, get } = await openClient();
    await account.signIn(ALICE);
    good = [];
    renewals = () => [503, { error: 'Come back.', code: 'unavailable' }];
    await expect(get('me/')).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    expect(localStorage.length).toBe(1);
  });

  it('does not loop when a new token is refused as well', async () => {
    const { account, get } = await openClient();
    await account.signIn(ALICE);
    good = [];
    renewals = () => {
      const pair = newPair();
      good = [];
      return [200, pair];
    };
    await expect(get('me/')).rejects.toMatchObject({ code: 'token_not_valid' });
    expect(urls()).toEqual(['token/', 'me/', 'token/refresh/', 'me/']);
  });

  it('does not renew after wrong credentials', async () => {
    const { account } = await openClient();
    vi.stubGlobal('fetch', () =>
      Promise.resolve(
        answered([401, { error: 'Invalid credentials', code: 'invalid_credentials' }]),
      ),
    );
    await expect(account.signIn(ALICE)).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('removes and revokes its tokens at sign-out', async () => {
    const { account, get } = await openClient();
    await account.signIn(ALICE);
    await account.signOut();
    expect(localStorage.length).toBe(0);
    await get('events/');
    expect(sent.slice(1)).toEqual([
      { url: 'token/revoke/', bearer: null, body: { refresh: 'refresh-1' } },
      { url: 'events/', bearer: null, body: null },
    ]);
  });

  it('sends the token to the socket as a subprotocol, never in the URL', async () => {
    const { account, auth, crossOriginApi } = await openClient();
    expect(await auth.subprotocols()).toEqual([]);
    await account.signIn(ALICE);
    expect(await auth.subprotocols()).toEqual(['seatcast', `bearer.${good[0] ?? ''}`]);
    if (crossOriginApi === null) throw new Error('The server is elsewhere');
    const anew = { resumeFrom: null, sections: null };
    expect(eventUrl('ws', 7, anew, false, crossOriginApi)).toBe('wss://api.example/ws/events/7/');
  });

  it('renews a token that a socket refused and tells whether to reconnect', async () => {
    const { account, auth, news } = await openClient();
    expect(await auth.recoverSocket([])).toBe(false);
    await account.signIn(ALICE);
    const offered = await auth.subprotocols();
    expect(await auth.recoverSocket(offered)).toBe(true);
    expect(await auth.subprotocols()).not.toEqual(offered);
    expect(urls().filter((url) => url === 'token/refresh/')).toHaveLength(1);
    renewals = () => [401, { error: 'Ended.', code: 'token_not_valid' }];
    vi.useFakeTimers();
    const isMended = auth.recoverSocket(await auth.subprotocols());
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(await isMended).toBe(false);
    expect(news).toEqual([{ kind: 'session' }]);
  });
});

describe('a client whose page host forwards its calls', () => {
  beforeEach(() => {
    vi.stubEnv('VITE_API_FORWARDED', 'true');
  });

  it('calls its own host with cookies and stores no tokens', async () => {
    const { get, crossOriginApi } = await openClient();
    const { tokens } = await import('@/api/client');
    await get('events/');
    expect(fetched).toEqual([{ address: '/api/events/', cookies: 'same-origin' }]);
    expect([crossOriginApi, tokens]).toEqual([null, null]);
  });

  it('connects sockets directly, with a ticket only after a refusal', async () => {
    document.cookie = 'csrftoken=known';
    const { auth } = await openClient();
    const { serverOrigin } = await import('@/api/origins');
    expect(serverOrigin?.origin).toBe(SERVER);
    const refused: string[] = [];
    vi.stubGlobal('fetch', (address: string) => {
      refused.push(pathOf(address));
      return Promise.resolve(answered([200, { ticket: 'abc~1', expires_in: 30 }]));
    });
    expect(await auth.subprotocols()).toEqual([]);
    expect(await auth.recoverSocket([])).toBe(true);
    expect(refused).toEqual(['socket-ticket/']);
    expect(await auth.subprotocols()).toEqual(['seatcast', 'ticket.abc~1']);
    expect(await auth.subprotocols()).toEqual([]);
  });

  it('gives the socket up when nobody is signed in', async () => {
    document.cookie = 'csrftoken=known';
    const { auth } = await openClient();
    vi.stubGlobal('fetch', () => Promise.resolve(answered([401, { code: 'not_authenticated' }])));
    expect(await auth.recoverSocket([])).toBe(false);
  });
});
