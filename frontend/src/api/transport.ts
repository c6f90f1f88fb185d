import { errorFromResponse, errorWithoutResponse } from '@/api/apiError';
import { observeDateHeader } from '@/api/dateHeaderClock';
import type { Method } from '@/api/operations';
import { crossOriginApi } from '@/api/origins';

const BASE_URL = crossOriginApi === null ? '/api/' : new URL('/api/', crossOriginApi).href;
const TIMEOUT_MS = 10_000;

export type RequestHeaders = Readonly<Record<string, string>>;

export interface ApiRequest {
  readonly method: Method;
  /** Below `/api/`, without the query. */
  readonly url: string;
  readonly headers?: RequestHeaders;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Sent as JSON; text and files as they are, with the content type in `headers`. */
  readonly body?: object | string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** Send one request as it is. Throws ApiError. */
export async function transmit<T>(request: ApiRequest): Promise<Answer<T>> {
  const { body: text, headers } = await transmitText(request);
  try {
    return { body: (text === '' ? undefined : JSON.parse(text)) as T, headers };
  } catch (cause) {
    throw errorWithoutResponse('unexpected', cause);
  }
}

/** Send one request as it is, and return the text of its response. Throws ApiError. */
export async function transmitText(request: ApiRequest): Promise<Answer<string>> {
  const { response, body: text } = await fetchText(request);
  const { status, headers } = response;
  if (!response.ok) throw errorFromResponse(status, parsed(text), headers.get('Retry-After'));
  return { body: text, headers };
}

/**
 * Send one request, and return its response as a file. `onChunk` gets each part as it arrives.
 * Throws ApiError.
 */
export async function transmitFile(
  request: ApiRequest,
  onChunk: (chunk: Uint8Array<ArrayBuffer>, headers: Headers) => void,
): Promise<Answer<Blob>> {
  const { response, body } = await fetchBody<Blob | string>(request, async (found) =>
    found.ok
      ? readAll(found, (chunk) => {
          onChunk(chunk, found.headers);
        })
      : found.text(),
  );
  const { status, headers } = response;
  if (typeof body === 'string') {
    throw errorFromResponse(status, parsed(body), headers.get('Retry-After'));
  }
  return { body, headers };
}

async function readAll(
  response: Response,
  onChunk: (chunk: Uint8Array<ArrayBuffer>) => void,
): Promise<Blob> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    chunks.push(part.value);
    onChunk(part.value);
  }
  return new Blob(chunks, { type: response.headers.get('Content-Type') ?? '' });
}

interface BodyResponse<T> {
  readonly response: Response;
  readonly body: T;
}

/** Throws ApiError. */
async function fetchText(request: ApiRequest): Promise<BodyResponse<string>> {
  return fetchBody(request, (response) => response.text());
}

/** Throws ApiError. */
async function fetchBody<T>(
  request: ApiRequest,
  read: (response: Response) => Promise<T>,
): Promise<BodyResponse<T>> {
  const { method, url, query, body, signal, timeoutMs = TIMEOUT_MS } = request;
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
        ...request.headers,
      },
      credentials: crossOriginApi === null ? 'same-origin' : 'omit',
      signal: fetching.signal,
      ...(body !== undefined && { body: encoded(body) }),
    });
    observeDateHeader(response.headers);
    // The connection may also be lost within the body.
    return { response, body: await read(response) };
  } catch (cause) {
    throw errorWithoutResponse(fetching.signal.reason === lateness ? 'timeout' : 'network', cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function encoded(body: object | string): string | Blob {
  return typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body);
}

/** The absolute URL of a request without a body, for what the browser loads itself. */
export function absoluteUrl(url: string, query: ApiRequest['query']): string {
  return new URL(BASE_URL + url + searchFor(query), location.href).href;
}

function searchFor(query: ApiRequest['query']): string {
  if (query === undefined) return '';
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return texts.length === 0 ? '' : `?${new URLSearchParams(texts).toString()}`;
}

/** The JSON of an error response; the text itself if a proxy wrote it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
