import { useQuery } from '@tanstack/react-query';

import type { SeatFacts } from '@/domain/seatMap/seats';
import { eventQuery, layoutQuery } from '@/queries/events';

interface KnownFacts {
  /** In index order; undefined for as long as they are not known. */
  readonly facts: readonly SeatFacts[] | undefined;
  readonly error: Error | null;
}

/** Where an event's seats are. */
export function useSeatFacts(eventId: number): KnownFacts {
  const event = useQuery(eventQuery(eventId));
  const layout = event.data?.layout;
  const seats = useQuery({ ...layoutQuery(eventId, layout ?? ''), enabled: layout !== undefined });
  return { facts: seats.data?.facts, error: event.error ?? seats.error };
}
