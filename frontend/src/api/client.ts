import axios, { type AxiosRequestConfig, isAxiosError } from 'axios';

import { ApiError, toApiError } from '@/api/apiError';
import type { Auth } from '@/api/auth';
import { cookieAuth } from '@/api/cookieAuth';
import { observeDateHeader } from '@/api/dateHeaderClock';
import { crossOriginApi, serverOrigin } from '@/api/origins';
import { tokenAuth } from '@/api/tokenAuth';
import {
  createTokenStore,
  exclusiveAcrossTabs,
  onTokensStored,
  type TokenStore,
} from '@/api/tokenStore';
import type { AnswerAt, BodyAt, UrlOf } from '@/api/operations';
import type { SocketTicket, TokenPair } from '@/api/types';
import { siteStorage } from '@/browser/storage';
import { messagesForWrite } from '@/browser/tabMessages';
import { tabs } from '@/browser/tabs';

const TIMEOUT_MS = 10_000;
/** Returns the signed-in user. */
export const ME_PATH = 'me/';

export const http = axios.create({
  baseURL: crossOriginApi === null ? '/api/' : new URL('/api/', crossOriginApi).href,
  timeout: TIMEOUT_MS,
  withCredentials: crossOriginApi === null,
});

/** Null where the session is a cookie. */
export const tokens: TokenStore | null =
  crossOriginApi === null
    ? null
    : createTokenStore({
        storage: siteStorage,
        renew: async (refresh, key) => {
          const headers = { 'Idempotency-Key': key };
          return (await http.post<TokenPair>('token/refresh/', { refresh }, { headers })).data;
        },
        exclusively: exclusiveAcrossTabs('seatcast.tokens'),
        onOtherTabWrite: onTokensStored,
        now: Date.now,
        onUserChanged: () => {
          tabs.notifyLocal({ kind: 'session' });
        },
      });

export const auth: Auth =
  tokens === null
    ? cookieAuth({
        fetchCsrfToken: () => http.get('csrf/'),
        isSignedIn,
        fetchTicket: serverOrigin && fetchTicket,
      })
    : tokenAuth(tokens);

http.interceptors.request.use(async (call) => {
  await auth.authenticate(call);
  return call;
});

http.interceptors.response.use(
  (answer) => {
    observeDateHeader(answer.headers);
    return answer;
  },
  (cause: unknown) => {
    if (isAxiosError(cause) && cause.response !== undefined)
      observeDateHeader(cause.response.headers);
    throw cause;
  },
);

export interface Answer<T> {
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface GetOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
}

/** Throws ApiError. */
export async function get<U extends UrlOf<'get'>>(
  url: U,
  { signal, headers, query }: GetOptions = {},
): Promise<Answer<AnswerAt<'get', U>>> {
  return send({
    method: 'get',
    url,
    ...(signal && { signal }),
    ...(headers && { headers: { ...headers } }),
    ...(query && { params: query }),
  });
}

/** The body may be left out where an operation takes none. */
type PostArguments<Body> = Body extends undefined
  ? [body?: undefined, idempotencyKey?: string]
  : [body: Body, idempotencyKey?: string];

/**
 * The server runs the same body with the same `idempotencyKey` once.
 *
 * Throws ApiError.
 */
export async function post<U extends UrlOf<'post'>>(
  url: U,
  ...options: PostArguments<BodyAt<'post', U>>
): Promise<AnswerAt<'post', U>> {
  const [body = {}, idempotencyKey]: PostArguments<object | undefined> = options;
  const request: AxiosRequestConfig = {
    method: 'post',
    url,
    data: body,
    ...(idempotencyKey !== undefined && { headers: { 'Idempotency-Key': idempotencyKey } }),
  };
  let isDone = true;
  try {
    return (await send<AnswerAt<'post', U>>(request)).body;
  } catch (error) {
    // Without a response, the change may have been made: other tabs should refetch.
    isDone = error instanceof ApiError && error.isOutcomeUnknown;
    throw error;
  } finally {
    if (isDone) for (const message of messagesForWrite(url)) tabs.broadcast(message);
  }
}

/** Throws ApiError. */
export async function patch<U extends UrlOf<'patch'>>(
  url: U,
  body: BodyAt<'patch', U>,
): Promise<void> {
  await send({ method: 'patch', url, data: body });
}

/** Throws ApiError. */
export async function remove(url: UrlOf<'delete'>): Promise<void> {
  await send({ method: 'delete', url });
}

/** Have everything that shows the session refetch it. */
export function recheckSession(): void {
  tabs.notifyLocal({ kind: 'session' });
}

async function send<T>(request: AxiosRequestConfig): Promise<Answer<T>> {
  try {
    return await sendWithRecovery<T>(request);
  } catch (error) {
    if (error instanceof ApiError && error.isNotAuthenticated && request.url !== ME_PATH)
      recheckSession();
    throw error;
  }
}

async function sendWithRecovery<T>(request: AxiosRequestConfig): Promise<Answer<T>> {
  try {
    return await sendOnce<T>(request);
  } catch (error) {
    if (!(error instanceof ApiError) || !(await auth.recover(error))) throw error;
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

/** Null for an anonymous visitor. Throws ApiError. */
async function fetchTicket(): Promise<string | null> {
  try {
    const { body } = await sendWithRecovery<SocketTicket>({
      method: 'post',
      url: 'socket-ticket/',
    });
    return body.ticket;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

async function isSignedIn(): Promise<boolean> {
  try {
    await sendOnce({ method: 'get', url: ME_PATH });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
