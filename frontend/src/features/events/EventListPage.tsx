import { useQuery } from '@tanstack/react-query';

import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { EventCard } from '@/features/events/EventCard';
import { eventsQuery } from '@/lib/queries/events';

import './events.css';

export function EventListPage() {
  const { data: events, error, refetch } = useQuery(eventsQuery);
  if (events === undefined && error !== null) {
    return <Failure error={error} onRetry={() => void refetch()} />;
  }

  return (
    <div className="page">
      <title>Events · Seatcast</title>
      <h1 className="page__title">Pick a night out</h1>
      <p className="page__lead">Every seat map is live: what you see is what is free right now.</p>
      {events?.length === 0 ? (
        <Message title="Nothing on yet">
          <p>As soon as an event is announced, it shows here.</p>
        </Message>
      ) : (
        <ul className="event-grid" aria-busy={events === undefined}>
          {events === undefined
            ? [1, 2, 3].map((place) => (
                <li key={place}>
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
