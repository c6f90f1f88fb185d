import { useParams } from 'react-router';

import { NoSuchEvent } from '@/components/NoSuchEvent';
import { BoxOffice } from '@/features/organise/boxOffice/BoxOffice';
import type { SeatMapComponent } from '@/features/organise/boxOffice/seatMapProps';
import { LoadedEvent } from '@/features/organise/LoadedEvent';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
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
  return (
    <LoadedEvent eventId={eventId}>
      {(event) => (
        <OrganisersOnly event={event} permission="reservations.change_reservation">
          <BoxOffice event={event} SeatMap={SeatMap} />
        </OrganisersOnly>
      )}
    </LoadedEvent>
  );
}
