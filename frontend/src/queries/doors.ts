import { queryOptions } from '@tanstack/react-query';

import { fetchDoors } from '@/api/doors';

const LOOK_AGAIN_MS = 3_000;

/** How many have entered, by which devices, and what to look into. */
export const doorsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['doors', eventId],
    queryFn: ({ signal }) => fetchDoors(eventId, signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
