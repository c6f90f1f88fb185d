import { BoxOffice } from '@/features/organise/boxOffice/BoxOffice';
import type { SeatMapComponent } from '@/features/organise/boxOffice/seatMapProps';
import { EventPage } from '@/features/organise/EventPage';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';

import '@/features/organise/organise.css';
import './boxOffice.css';

interface BoxOfficePageProps {
  readonly SeatMap: SeatMapComponent;
}

/** Selling an event's seats at the box office, on the live map. */
export function BoxOfficePage({ SeatMap }: BoxOfficePageProps) {
  return (
    <EventPage>
      {(event) => (
        <OrganisersOnly event={event} permission="reservations.change_reservation">
          <BoxOffice event={event} SeatMap={SeatMap} />
        </OrganisersOnly>
      )}
    </EventPage>
  );
}
