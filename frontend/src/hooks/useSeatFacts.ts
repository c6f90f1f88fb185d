import { useQuery } from '@tanstack/react-query';

import type { SeatFacts } from '@/domain/seatMap/seats';
import { eventQuery, layoutQuery } from '@/queries/events';

interface KnownFacts {
  /** In index order; undefined while loading. */
  readonly facts: readonly SeatFacts[] | undefined;
  readonly error: Error | null;
}

/** Load the static data of an event's seats. */
export function useSeatFacts(eventId: number): KnownFacts {
  const event = useQuery(eventQuery(eventId));
  const layout = event.data?.layout;
  const seats = useQuery({ ...layoutQuery(eventId, layout ?? ''), enabled: layout !== undefined });
  return { facts: seats.data?.facts, error: event.error ?? seats.error };
}
