import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { NoSuchEvent } from '@/components/NoSuchEvent';
import { LiveSale } from '@/features/organise/LiveSale';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { eventQuery } from '@/queries/events';
import '@/i18n/loadOrganiseMessages';

import './organise.css';

/** The live sale of one event, for organisers. */
export function OrganisePage() {
  const { eventId = '' } = useParams();
  if (!/^\d{1,15}$/.test(eventId)) return <NoSuchEvent />;
  return <SignedInOnly>{() => <EventSale key={eventId} eventId={Number(eventId)} />}</SignedInOnly>;
}

function EventSale({ eventId }: { readonly eventId: number }) {
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));
  if (event !== undefined) {
    return (
      <OrganisersOnly event={event}>
        <LiveSale event={event} />
      </OrganisersOnly>
    );
  }
  if (error === null) return <LoadingSale />;
  return toApiError(error).status === 404 ? (
    <NoSuchEvent />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}
