import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';

import { ApiError, toApiError } from '@/lib/api/apiError';

const CSRF_COOKIE = 'csrftoken';
const CSRF_HEADER = 'X-CSRFToken';
const SAFE_METHODS = ['get', 'head', 'options'];
const TIMEOUT_MS = 10_000;

export const http = axios.create({
  baseURL: '/api/',
  timeout: TIMEOUT_MS,
  withCredentials: true,
});

http.interceptors.request.use(async (config) => {
  if (!SAFE_METHODS.includes(config.method ?? 'get')) await signWithCsrfToken(config);
  return config;
});

export interface Answer<T> {
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Throws ApiError. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  return send<T>({ method: 'get', url: path, ...(signal && { signal }) });
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
  try {
    return (await send<T>(request)).body;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'csrf_failed') throw error;
  }
  // Another tab that signed in or out has changed the token under us.
  await fetchCsrfToken();
  return (await send<T>(request)).body;
}

async function send<T>(request: AxiosRequestConfig): Promise<Answer<T>> {
  try {
    const { data, headers } = await http.request<T>(request);
    return { body: data, headers };
  } catch (cause) {
    throw toApiError(cause);
  }
}

async function signWithCsrfToken(config: InternalAxiosRequestConfig): Promise<void> {
  if (csrfToken() === null) await fetchCsrfToken();
  const token = csrfToken();
  if (token !== null) config.headers.set(CSRF_HEADER, token);
}

async function fetchCsrfToken(): Promise<void> {
  await http.get('csrf/');
}

function csrfToken(): string | null {
  const pair = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${CSRF_COOKIE}=`));
  return pair === undefined ? null : decodeURIComponent(pair.slice(CSRF_COOKIE.length + 1));
}
