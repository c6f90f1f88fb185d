import { ApiError, toApiError } from '@/api/apiError';
import type { Auth } from '@/api/auth';
import { cookieAuth } from '@/api/cookieAuth';
import { crossOriginApi, serverOrigin } from '@/api/origins';
import { tokenAuth } from '@/api/tokenAuth';
import {
  createTokenStore,
  exclusiveAcrossTabs,
  onTokensStored,
  type TokenStore,
} from '@/api/tokenStore';
import {
  type Answer,
  type ApiRequest,
  type RequestHeaders,
  transmit,
  transmitFile,
  transmitText,
} from '@/api/transport';
import type { AnswerAt, BodyAt, UrlOf } from '@/api/operations';
import type { SocketTicket, TokenPair } from '@/api/types';
import { siteStorage } from '@/browser/storage';
import { messagesForWrite } from '@/browser/tabMessages';
import { tabs } from '@/browser/tabs';

/** A file of some megabytes, from a phone. */
const FILE_TIMEOUT_MS = 120_000;
/** An export of a million rows. */
const DOWNLOAD_TIMEOUT_MS = 30 * 60_000;

/** Returns the signed-in user. */
export const ME_PATH = 'me/';

/** Null where the session is a cookie. */
export const tokens: TokenStore | null =
  crossOriginApi === null
    ? null
    : createTokenStore({
        storage: siteStorage,
        renew: async (refresh, key) => {
          const headers = { 'Idempotency-Key': key };
          const body = { refresh };
          const url = 'token/refresh/';
          return (await transmit<TokenPair>({ method: 'post', url, headers, body })).body;
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
        fetchCsrfToken: () => transmit({ method: 'get', url: 'csrf/' }),
        isSignedIn,
        fetchTicket: serverOrigin && fetchTicket,
      })
    : tokenAuth(tokens);

interface GetOptions {
  readonly signal?: AbortSignal;
  readonly headers?: RequestHeaders;
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
    ...(headers && { headers }),
    ...(query && { query }),
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
  const request: ApiRequest = {
    method: 'post',
    url,
    body,
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
  revision?: number,
): Promise<AnswerAt<'patch', U>> {
  return (await send<AnswerAt<'patch', U>>(edit('patch', url, body, revision))).body;
}

/** Throws ApiError. */
export async function put<U extends UrlOf<'put'>>(
  url: U,
  body: BodyAt<'put', U>,
  revision?: number,
): Promise<AnswerAt<'put', U>> {
  return (await send<AnswerAt<'put', U>>(edit('put', url, body, revision))).body;
}

/** Send a file as the body. Throws ApiError. */
export async function putFile<U extends UrlOf<'put'>>(
  url: U,
  file: Blob,
): Promise<AnswerAt<'put', U>> {
  const headers = { 'Content-Type': file.type };
  const request = { method: 'put', url, body: file, headers, timeoutMs: FILE_TIMEOUT_MS } as const;
  return (await send<AnswerAt<'put', U>>(request)).body;
}

/** With a `revision`, the server refuses the edit if what is edited has another one by now. */
function edit(
  method: 'patch' | 'put',
  url: string,
  body: object | undefined,
  revision: number | undefined,
): ApiRequest {
  const headers: RequestHeaders = revision === undefined ? {} : { 'If-Match': `"${revision}"` };
  return { method, url, headers, ...(body !== undefined && { body }) };
}

/** Throws ApiError. */
export async function remove<U extends UrlOf<'delete'>>(url: U): Promise<AnswerAt<'delete', U>> {
  return (await send<AnswerAt<'delete', U>>({ method: 'delete', url })).body;
}

/** Have everything that shows the session refetch it. */
export function recheckSession(): void {
  tabs.notifyLocal({ kind: 'session' });
}

/** Send a request as it is, for bodies that are not in the schema. Throws ApiError. */
export async function send<T>(request: ApiRequest): Promise<Answer<T>> {
  return sendBy<T>(transmit, request);
}

/** Like `send`, for a response that is not JSON. Throws ApiError. */
export async function sendForText(request: ApiRequest): Promise<Answer<string>> {
  return sendBy(transmitText, request);
}

/** Fetch a file; `onChunk` gets each part as it arrives. Throws ApiError. */
export async function download(
  request: ApiRequest,
  onChunk: (chunk: Uint8Array<ArrayBuffer>, headers: Headers) => void,
): Promise<Blob> {
  const timeoutMs = DOWNLOAD_TIMEOUT_MS;
  return (await sendBy((asked) => transmitFile(asked, onChunk), { timeoutMs, ...request })).body;
}

type Transmit<T> = (request: ApiRequest) => Promise<Answer<T>>;

async function sendBy<T>(transmitting: Transmit<T>, request: ApiRequest): Promise<Answer<T>> {
  try {
    return await sendWithRecovery(transmitting, request);
  } catch (cause) {
    const error = toApiError(cause);
    if (error.isNotAuthenticated && request.url !== ME_PATH) recheckSession();
    throw error;
  }
}

async function sendWithRecovery<T>(
  transmitting: Transmit<T>,
  request: ApiRequest,
): Promise<Answer<T>> {
  const credentials = await auth.headersFor(request);
  try {
    return await transmitting(withHeaders(request, credentials));
  } catch (error) {
    if (!(error instanceof ApiError) || !(await auth.recover(error, credentials))) throw error;
  }
  return transmitting(withHeaders(request, await auth.headersFor(request)));
}

function withHeaders(request: ApiRequest, headers: RequestHeaders): ApiRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

/** Null for an anonymous visitor. Throws ApiError. */
async function fetchTicket(): Promise<string | null> {
  try {
    const { body } = await sendWithRecovery<SocketTicket>(transmit, {
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
    await transmit({ method: 'get', url: ME_PATH });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
