import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { NoSuchEvent } from '@/components/NoSuchEvent';
import { BoxOffice } from '@/features/organise/boxOffice/BoxOffice';
import type { SeatMapComponent } from '@/features/organise/boxOffice/seatMapProps';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { eventQuery } from '@/queries/events';
import '@/i18n/loadBoxOfficeMessages';
import '@/i18n/loadOrganiseMessages';

import '@/features/organise/organise.css';
import './boxOffice.css';

interface BoxOfficePageProps {
  readonly SeatMap: SeatMapComponent;
}

/** Selling an event's seats at the box office, on the live map. */
export function BoxOfficePage({ SeatMap }: BoxOfficePageProps) {
  const { eventId = '' } = useParams();
  if (!/^\d{1,15}$/.test(eventId)) return <NoSuchEvent />;
  return (
    <SignedInOnly>
      {() => <Loaded key={eventId} eventId={Number(eventId)} SeatMap={SeatMap} />}
    </SignedInOnly>
  );
}

interface LoadedProps extends BoxOfficePageProps {
  readonly eventId: number;
}

function Loaded({ eventId, SeatMap }: LoadedProps) {
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));
  if (event !== undefined) {
    return (
      <OrganisersOnly event={event} permission="reservations.change_reservation">
        <BoxOffice event={event} SeatMap={SeatMap} />
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
