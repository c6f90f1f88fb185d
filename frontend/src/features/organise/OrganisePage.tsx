import { EventPage } from '@/features/organise/EventPage';
import { LiveSale } from '@/features/organise/LiveSale';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';

import './organise.css';

/** The live sale of one event, for organisers. */
export function OrganisePage() {
  return (
    <EventPage>
      {(event) => (
        <OrganisersOnly event={event}>
          <LiveSale event={event} />
        </OrganisersOnly>
      )}
    </EventPage>
  );
}
