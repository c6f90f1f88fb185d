import { useQuery } from '@tanstack/react-query';

import type { SeatList } from '@/lib/api/events';
import { seatsQuery } from '@/lib/queries/events';
import { factsOf, type SeatFacts } from '@/lib/seatmap/seats';

/** An event's seats in index order; undefined for as long as they are not known. */
export function useSeatFacts(eventId: number): readonly SeatFacts[] | undefined {
  return useQuery({ ...seatsQuery(eventId), select: factsOfList }).data;
}

function factsOfList({ seats }: SeatList): readonly SeatFacts[] {
  return seats.map(factsOf);
}
