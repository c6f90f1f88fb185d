import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';

import { dateHeaderClock } from '@/api/dateHeaderClock';
import type { Reservation } from '@/api/types';
import type { FeedFrame } from '@/domain/feed/protocol';
import { subscribeToEvent } from '@/domain/feed/subscribeToEvent';
import { createServerClock, steadyNow } from '@/domain/serverClock';
import { layoutQuery } from '@/queries/events';
import { reservationsQuery } from '@/queries/reservations';

/**
 * Fetch reservations of one event again whenever one of their seats changes on the event's map:
 * somebody moves, splits, merges or cancels them.
 */
export function useLiveReservations(eventId: number, reservations: readonly Reservation[]): void {
  const queryClient = useQueryClient();
  const [layout, setLayout] = useState<string | null>(null);
  const { data } = useQuery({
    ...layoutQuery(eventId, layout ?? ''),
    enabled: layout !== null,
  });
  const seatIds = new Set(
    reservations.flatMap(({ seat_details: seats }) => seats.map(({ seat_id: id }) => id)),
  );
  const isLive = reservations.some(({ status }) => status === 'confirmed');

  const note = useEffectEvent((frame: FeedFrame) => {
    if (frame.type === 'beat') return;
    if (frame.type === 'snapshot') {
      // After the first one it stands for changes that were missed.
      const isFirst = layout === null;
      setLayout(frame.layout);
      if (isFirst) return;
    } else if (
      data !== undefined &&
      !frame.changes.some(({ index }) => seatIds.has(data.facts[index]?.id ?? 0))
    ) {
      return;
    }
    void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
  });
  useEffect(() => {
    if (!isLive) return undefined;
    const subscription = subscribeToEvent(eventId, {
      clock: createServerClock(steadyNow, dateHeaderClock),
      wanted: null,
      onFrame: (frame) => {
        note(frame);
      },
      onState: () => undefined,
    });
    return subscription.close;
  }, [eventId, isLive]);
}
