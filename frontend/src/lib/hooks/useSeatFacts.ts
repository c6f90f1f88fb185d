import { useQuery } from '@tanstack/react-query';

import { eventQuery, layoutQuery } from '@/lib/queries/events';
import type { SeatFacts } from '@/lib/seatmap/seats';

/** An event's seats in index order; undefined for as long as they are not known. */
export function useSeatFacts(eventId: number): readonly SeatFacts[] | undefined {
  const layout = useQuery(eventQuery(eventId)).data?.layout;
  const seats = useQuery({ ...layoutQuery(eventId, layout ?? ''), enabled: layout !== undefined });
  return seats.data?.facts;
}
