import { queryOptions } from '@tanstack/react-query';

import { fetchSaleFigures } from '@/api/events';

const AGAIN_MS = 5_000;

/** The figures of a sale by REST, while neither a socket nor an event stream brings them. */
export const saleFiguresQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['saleFigures', eventId],
    queryFn: ({ signal }) => fetchSaleFigures(eventId, signal),
    refetchInterval: AGAIN_MS,
    staleTime: 0,
    gcTime: 0,
  });
