import { useQuery } from '@tanstack/react-query';

import { EndedNotice } from '@/components/EndedNotice';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { EventCard } from '@/features/events/EventCard';
import { t } from '@/lib/i18n/language';
import { eventsQuery } from '@/lib/queries/events';

import './events.css';

export function EventListPage() {
  const { data: events, error, refetch } = useQuery(eventsQuery);
  if (events === undefined && error !== null) {
    return <Failure error={error} onRetry={() => void refetch()} />;
  }

  return (
    <div className="page">
      <title>{t('pageTitle', { page: t('events:page') })}</title>
      <EndedNotice />
      <h1 className="page__title">{t('events:page_title')}</h1>
      <p className="page__lead">{t('events:page_lead')}</p>
      {events?.length === 0 ? (
        <Message title={t('events:none')}>
          <p>{t('events:none_note')}</p>
        </Message>
      ) : (
        <ul className="event-grid" aria-busy={events === undefined}>
          {events === undefined
            ? [1, 2, 3].map((place) => (
                // Not an event's number: its card would be this element, moved to another place.
                <li key={`card ${place}`}>
                  <Skeleton shape="card" />
                </li>
              ))
            : events.map((event) => (
                <li key={event.id}>
                  <EventCard event={event} />
                </li>
              ))}
        </ul>
      )}
    </div>
  );
}
