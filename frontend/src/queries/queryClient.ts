import { QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';

const RETRIES = 2;
/** A payment may take long, so keep asking for its result. */
const RETRIES_IN_FLIGHT = 20;
const STALE_MS = 10_000;
const LONGEST_DELAY_MS = 5_000;

/** Writes can be retried like reads, since they have idempotency keys. */
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
        // Browsers may report offline although the site is reachable, e.g. on this machine.
        networkMode: 'always',
        refetchOnReconnect: true,
      },
      mutations: { retry: mayTryAgain, retryDelay: delayMs, networkMode: 'always' },
    },
  });
}
