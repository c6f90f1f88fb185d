import { QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';

const RETRIES = 2;
/** A payment may take its time, and its answer is worth waiting for. */
const RETRIES_IN_FLIGHT = 20;
const STALE_MS = 10_000;
const LONGEST_DELAY_MS = 5_000;

/** Writes may be repeated as safely as reads: each carries an idempotency key. */
function mayTryAgain(failures: number, error: Error): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.isInFlight) return failures < RETRIES_IN_FLIGHT;
  return failures < RETRIES && error.isTransient;
}

function delayMs(failures: number, error: Error): number {
  const asked = error instanceof ApiError ? error.retryAfterSeconds : null;
  return asked === null ? Math.min(300 * 2 ** failures, LONGEST_DELAY_MS) : asked * 1000;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: mayTryAgain,
        retryDelay: delayMs,
        // A browser that calls itself offline may reach the site all the same, on this machine say.
        networkMode: 'always',
        refetchOnReconnect: true,
      },
      mutations: { retry: mayTryAgain, retryDelay: delayMs, networkMode: 'always' },
    },
  });
}
