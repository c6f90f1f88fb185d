import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import type { EventDetail } from '@/api/types';
import { Failure } from '@/components/Failure';
import { NoSuchEvent } from '@/components/NoSuchEvent';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { eventQuery } from '@/queries/events';

interface EventPageProps {
  readonly children: (event: EventDetail) => ReactNode;
}

/** A page about the event in the address, for people who have signed in. */
export function EventPage({ children }: EventPageProps) {
  const { eventId = '' } = useParams();
  if (!/^\d{1,15}$/.test(eventId)) return <NoSuchEvent />;
  return (
    <SignedInOnly>
      {() => (
        <LoadedEvent key={eventId} eventId={Number(eventId)}>
          {children}
        </LoadedEvent>
      )}
    </SignedInOnly>
  );
}

interface LoadedEventProps extends EventPageProps {
  readonly eventId: number;
}

function LoadedEvent({ eventId, children }: LoadedEventProps) {
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));
  if (event !== undefined) return children(event);
  if (error === null) return <LoadingSale />;
  return toApiError(error).status === 404 ? (
    <NoSuchEvent />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}
