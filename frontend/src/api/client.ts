import axios, { type AxiosRequestConfig, isAxiosError } from 'axios';

import { observeDate } from '@/api/apiClock';
import { ApiError, toApiError } from '@/api/apiError';
import { cookieIdentity } from '@/api/cookieIdentity';
import type { Identity } from '@/api/identity';
import { serverElsewhere, socketServer } from '@/api/server';
import { tokenIdentity } from '@/api/tokenIdentity';
import {
  createTokenKeeper,
  oneAfterTheOther,
  onTokensWritten,
  type TokenKeeper,
} from '@/api/tokenKeeper';
import type { SocketTicket, TokenPair } from '@/api/types';
import { siteStorage } from '@/browser/storage';
import { newsOf } from '@/browser/tabMessages';
import { tabs } from '@/browser/tabs';

const TIMEOUT_MS = 10_000;
/** Asks who is signed in. */
export const ME = 'me/';

export const http = axios.create({
  baseURL: serverElsewhere === null ? '/api/' : new URL('/api/', serverElsewhere).href,
  timeout: TIMEOUT_MS,
  withCredentials: serverElsewhere === null,
});

/** Null where the browser keeps who is signed in, as a cookie. */
export const tokens: TokenKeeper | null =
  serverElsewhere === null
    ? null
    : createTokenKeeper({
        storage: siteStorage,
        renew: async (refresh, key) => {
          const headers = { 'Idempotency-Key': key };
          return (await http.post<TokenPair>('token/refresh/', { refresh }, { headers })).data;
        },
        alone: oneAfterTheOther('seatcast.tokens'),
        onWritten: onTokensWritten,
        now: Date.now,
        onOtherPerson: () => {
          tabs.tellHere({ kind: 'session' });
        },
      });

export const identity: Identity =
  tokens === null
    ? cookieIdentity({
        fetchCsrfToken: () => http.get('csrf/'),
        isSignedIn,
        fetchTicket: socketServer && fetchTicket,
      })
    : tokenIdentity(tokens);

http.interceptors.request.use(async (call) => {
  await identity.sign(call);
  return call;
});

http.interceptors.response.use(
  (answer) => {
    observeDate(answer.headers);
    return answer;
  },
  (cause: unknown) => {
    if (isAxiosError(cause) && cause.response !== undefined) observeDate(cause.response.headers);
    throw cause;
  },
);

export interface Answer<T> {
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Throws ApiError. */
export async function get<T>(
  path: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<T>> {
  return send<T>({ method: 'get', url: path, headers: { ...headers }, ...(signal && { signal }) });
}

/**
 * The same `idempotencyKey` with the same body does the work once, however often it is sent.
 *
 * Throws ApiError.
 */
export async function post<T>(
  path: string,
  body: object = {},
  idempotencyKey?: string,
): Promise<T> {
  const request: AxiosRequestConfig = {
    method: 'post',
    url: path,
    data: body,
    ...(idempotencyKey !== undefined && { headers: { 'Idempotency-Key': idempotencyKey } }),
  };
  let isDone = true;
  try {
    return (await send<T>(request)).body;
  } catch (error) {
    // What nobody has answered may well have been done.
    isDone = error instanceof ApiError && error.isUndecided;
    throw error;
  } finally {
    if (isDone) for (const news of newsOf(path)) tabs.tell(news);
  }
}

/** Throws ApiError. */
export async function patch(path: string, body: object): Promise<void> {
  await send({ method: 'patch', url: path, data: body });
}

/** Throws ApiError. */
export async function remove(path: string): Promise<void> {
  await send({ method: 'delete', url: path });
}

/** Whoever shows who is signed in has reason to look again. */
export function doubtSession(): void {
  tabs.tellHere({ kind: 'session' });
}

async function send<T>(request: AxiosRequestConfig): Promise<Answer<T>> {
  try {
    return await sendTwice<T>(request);
  } catch (error) {
    if (error instanceof ApiError && error.isSignedOut && request.url !== ME) doubtSession();
    throw error;
  }
}

async function sendTwice<T>(request: AxiosRequestConfig): Promise<Answer<T>> {
  try {
    return await sendOnce<T>(request);
  } catch (error) {
    if (!(error instanceof ApiError) || !(await identity.mend(error))) throw error;
  }
  return sendOnce<T>(request);
}

async function sendOnce<T>(request: AxiosRequestConfig): Promise<Answer<T>> {
  try {
    const { data, headers } = await http.request<T>(request);
    return { body: data, headers };
  } catch (cause) {
    throw toApiError(cause);
  }
}

/** Null for nobody. Throws ApiError. */
async function fetchTicket(): Promise<string | null> {
  try {
    const { body } = await sendTwice<SocketTicket>({ method: 'post', url: 'socket-ticket/' });
    return body.ticket;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

async function isSignedIn(): Promise<boolean> {
  try {
    await sendOnce({ method: 'get', url: ME });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
