import { errorFromResponse, errorWithoutResponse } from '@/api/apiError';
import { observeDateHeader } from '@/api/dateHeaderClock';
import type { Method } from '@/api/operations';
import { crossOriginApi } from '@/api/origins';

const BASE_URL = crossOriginApi === null ? '/api/' : new URL('/api/', crossOriginApi).href;
const TIMEOUT_MS = 10_000;
/** A file of some megabytes, from a phone. */
const FILE_TIMEOUT_MS = 120_000;

export type RequestHeaders = Readonly<Record<string, string>>;

export interface ApiRequest {
  readonly method: Method;
  /** Below `/api/`, without the query. */
  readonly url: string;
  readonly headers?: RequestHeaders;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as it is, in place of a body. */
  readonly file?: Blob;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** Send one request as it is. Throws ApiError. */
export async function transmit<T>(request: ApiRequest): Promise<Answer<T>> {
  const { response, text } = await fetchText(request);
  const { status, headers } = response;
  if (!response.ok) throw errorFromResponse(status, parsed(text), headers.get('Retry-After'));
  try {
    return { body: (text === '' ? undefined : JSON.parse(text)) as T, headers };
  } catch (cause) {
    throw errorWithoutResponse('unexpected', cause);
  }
}

interface TextResponse {
  readonly response: Response;
  readonly text: string;
}

/** Throws ApiError. */
async function fetchText(request: ApiRequest): Promise<TextResponse> {
  const { method, url, query, body, file, signal } = request;
  const timeoutMs = file === undefined ? TIMEOUT_MS : FILE_TIMEOUT_MS;
  const fetching = new AbortController();
  const abort = () => {
    fetching.abort();
  };
  const lateness = new Error(`No response within ${timeoutMs} ms`);
  const timer = setTimeout(() => {
    fetching.abort(lateness);
  }, timeoutMs);
  // Not `AbortSignal.any`, which browsers of early 2024 lack.
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  try {
    const response = await fetch(BASE_URL + url + searchFor(query), {
      method: method.toUpperCase(),
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(file !== undefined && { 'Content-Type': file.type }),
        ...request.headers,
      },
      credentials: crossOriginApi === null ? 'same-origin' : 'omit',
      signal: fetching.signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(file !== undefined && { body: file }),
    });
    observeDateHeader(response.headers);
    // The connection may also be lost within the body.
    return { response, text: await response.text() };
  } catch (cause) {
    throw errorWithoutResponse(fetching.signal.reason === lateness ? 'timeout' : 'network', cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** The absolute URL of a request without a body, for what the browser loads itself. */
export function absoluteUrl(url: string, query: ApiRequest['query']): string {
  return new URL(BASE_URL + url + searchFor(query), location.href).href;
}

function searchFor(query: ApiRequest['query']): string {
  if (query === undefined) return '';
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return `?${new URLSearchParams(texts).toString()}`;
}

/** The JSON of an error response; the text itself if a proxy wrote it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
