import { queryOptions } from '@tanstack/react-query';

import { fetchMiniature } from '@/api/events';
import type { Miniature } from '@/api/types';
import { unpackMiniature } from '@/domain/miniature';

export type MiniatureQuery = ReturnType<typeof miniatureQuery>;

/** `key` names the hall among all. */
export const miniatureQuery = (
  key: readonly (string | number)[],
  fetch: (signal: AbortSignal) => Promise<Miniature>,
) =>
  queryOptions({
    queryKey: ['miniatures', ...key],
    queryFn: async ({ signal }) => unpackMiniature(await fetch(signal)),
  });

export const eventMiniatureQuery = (eventId: number): MiniatureQuery =>
  miniatureQuery([eventId], (signal) => fetchMiniature(eventId, signal));
