import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import type { EventSettings, Me } from '@/api/types';
import { Icon } from '@/components/Icon';
import { mayWatchSale } from '@/domain/permissions';
import { EventInAddress, FoundEvent } from '@/features/organise/EventPage';
import { CategoryTable } from '@/features/organise/events/CategoryTable';
import { MailSection } from '@/features/organise/events/MailSection';
import { PictureSection } from '@/features/organise/events/PictureSection';
import { SaleSection } from '@/features/organise/events/SaleSection';
import { SettingsForm } from '@/features/organise/events/SettingsForm';
import { TicketTypesSection } from '@/features/organise/events/TicketTypesSection';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { eventPath, organisationPath, salePath, SALES_PATH } from '@/paths';
import { eventSettingsQuery } from '@/queries/organiserEvents';

import './eventSettings.css';

/** The settings of one event, for its organisers. */
export function EventSettingsPage() {
  return (
    <EventInAddress>
      {(eventId, me) => <FetchedSettings eventId={eventId} me={me} />}
    </EventInAddress>
  );
}

function FetchedSettings({ eventId, me }: { readonly eventId: number; readonly me: Me }) {
  const query = useQuery(eventSettingsQuery(eventId));
  return <FoundEvent query={query}>{(event) => <Settings me={me} event={event} />}</FoundEvent>;
}

function Settings({ me, event }: { readonly me: Me; readonly event: EventSettings }) {
  const { organisation } = event;
  const mayWatch = mayWatchSale(me, { organisation: organisation?.id ?? null });
  return (
    <div className="page event-settings">
      <title>
        {t('pageTitle', { page: t('organiserEvents:settingsOf', { event: event.name }) })}
      </title>
      <p className="event-settings__up">
        <Link to={organisation === null ? SALES_PATH : organisationPath(organisation.id)}>
          {organisation === null
            ? t('organiserEvents:backHome')
            : t('organiserEvents:back', { organisation: organisation.name })}
        </Link>
      </p>
      <header className="event-settings__head">
        <div>
          <h1 className="page__title event-settings__name">{event.name}</h1>
          <p className="page__lead">
            <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
            {event.venue}
          </p>
        </div>
        <nav className="event-settings__links" aria-label={event.name}>
          <Link className="button button--quiet" to={eventPath(event.id)}>
            <Icon name="eye" />
            {t('organiserEvents:map')}
          </Link>
          {mayWatch && (
            <Link className="button button--quiet" to={salePath(event.id)}>
              {t('organiserEvents:liveSale')}
            </Link>
          )}
        </nav>
      </header>
      <div className="event-settings__columns">
        <div className="event-settings__main">
          <SettingsForm event={event} />
        </div>
        <div className="event-settings__side">
          <SaleSection event={event} />
          <PictureSection event={event} />
          <CategoryTable event={event} />
        </div>
        <div className="event-settings__types">
          <TicketTypesSection event={event} />
          <MailSection event={event} />
        </div>
      </div>
    </div>
  );
}
