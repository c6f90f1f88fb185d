import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { toApiError } from '@/api/apiError';
import type { EventDetail } from '@/api/types';
import { Failure } from '@/components/Failure';
import { NoSuchEvent } from '@/components/NoSuchEvent';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { eventQuery } from '@/queries/events';

interface LoadedEventProps {
  readonly eventId: number;
  readonly children: (event: EventDetail) => ReactNode;
}

/** Loads an event for a page about it, and says so if there is none. */
export function LoadedEvent({ eventId, children }: LoadedEventProps) {
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));
  if (event !== undefined) return children(event);
  if (error === null) return <LoadingSale />;
  return toApiError(error).status === 404 ? (
    <NoSuchEvent />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}
