import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import type { EventDetail, Me } from '@/api/types';
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
  return (
    <EventInAddress>
      {(eventId) => <FetchedEvent eventId={eventId}>{children}</FetchedEvent>}
    </EventInAddress>
  );
}

interface FetchedEventProps extends EventPageProps {
  readonly eventId: number;
}

function FetchedEvent({ eventId, children }: FetchedEventProps) {
  return <FoundEvent query={useQuery(eventQuery(eventId))}>{children}</FoundEvent>;
}

interface EventInAddressProps {
  readonly children: (eventId: number, me: Me) => ReactNode;
}

/** The event's id, for people who have signed in. Another event is another page. */
export function EventInAddress({ children }: EventInAddressProps) {
  const { eventId = '' } = useParams();
  if (!/^\d{1,15}$/.test(eventId)) return <NoSuchEvent />;
  return (
    <SignedInOnly>
      {(me) => <Fragment key={eventId}>{children(Number(eventId), me)}</Fragment>}
    </SignedInOnly>
  );
}

interface FoundEventProps<Found> {
  readonly query: UseQueryResult<Found>;
  readonly children: (event: Found) => ReactNode;
}

/** What is known of the event once it has been fetched. */
export function FoundEvent<Found>({ query, children }: FoundEventProps<Found>) {
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error === null) return <LoadingSale />;
  return toApiError(error).status === 404 ? (
    <NoSuchEvent />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}
