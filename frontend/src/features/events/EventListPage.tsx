import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { SessionExpiredNotice } from '@/components/SessionExpiredNotice';
import { Skeleton } from '@/components/Skeleton';
import { EventCard } from '@/features/events/EventCard';
import { t } from '@/i18n/language';
import { eventsQuery } from '@/queries/events';

import './events.css';

export function EventListPage() {
  const {
    data: events,
    error,
    refetch,
    hasNextPage,
    fetchNextPage,
    isFetchingNextPage,
    isFetchNextPageError,
  } = useInfiniteQuery(eventsQuery);
  const announce = useAnnounce();
  const list = useRef<HTMLUListElement>(null);
  const more = useRef<HTMLDivElement>(null);
  /** Index of the first event of the requested page. */
  const awaited = useRef<number | null>(null);

  useEffect(() => {
    const first = awaited.current;
    if (first === null || events === undefined || events.length <= first) return;
    awaited.current = null;
    announce(t('events:more_came', { count: events.length - first }), 'quiet');
    // Keep the focus if the user moved on; the button may be gone, and its focus with it.
    const { activeElement } = document;
    if (activeElement !== document.body && more.current?.contains(activeElement) !== true) return;
    list.current?.children[first]?.querySelector('a')?.focus();
  }, [events, announce]);

  if (events === undefined && error !== null) {
    return <Failure error={error} onRetry={() => void refetch()} />;
  }

  return (
    <div className="page">
      <title>{t('pageTitle', { page: t('events:page') })}</title>
      <SessionExpiredNotice />
      <h1 className="page__title">{t('events:page_title')}</h1>
      <p className="page__lead">{t('events:page_lead')}</p>
      {events?.length === 0 ? (
        <Message title={t('events:none')}>
          <p>{t('events:none_note')}</p>
        </Message>
      ) : (
        <ul ref={list} className="event-grid" aria-busy={events === undefined}>
          {events === undefined
            ? [1, 2, 3].map((place) => (
                // Must differ from event ids, or React would reuse the element.
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
      {hasNextPage && (
        <div ref={more} className="event-more">
          <div role="alert">
            {isFetchNextPageError && <p className="event-more__error">{error.message}</p>}
          </div>
          <Button
            busy={isFetchingNextPage}
            onClick={() => {
              awaited.current = events?.length ?? null;
              void fetchNextPage();
            }}
          >
            {isFetchingNextPage ? t('events:more_loading') : t('events:more')}
          </Button>
        </div>
      )}
    </div>
  );
}
