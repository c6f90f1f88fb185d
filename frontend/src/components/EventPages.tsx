import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';

import type { EventChoice } from '@/api/events';
import type { EventSummary } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { t } from '@/i18n/language';
import { eventsQuery } from '@/queries/events';

import './eventPages.css';

interface EventPagesProps {
  readonly choice: EventChoice;
  /** Events that the server cannot leave out exactly. */
  readonly isShown?: (event: EventSummary) => boolean;
  readonly className: string;
  readonly children: (event: EventSummary) => ReactNode;
  /** Shown if there are no events. */
  readonly none: ReactNode;
}

const isAlwaysShown = () => true;

/** A list of events that grows page by page. */
export function EventPages({
  choice,
  isShown = isAlwaysShown,
  className,
  children,
  none,
}: EventPagesProps) {
  const {
    data,
    error,
    refetch,
    isPlaceholderData,
    hasNextPage,
    fetchNextPage,
    isFetchingNextPage,
    isFetchNextPageError,
  } = useInfiniteQuery({ ...eventsQuery(choice), placeholderData: keepPreviousData });
  const events = data?.filter(isShown);
  const announce = useAnnounce();
  const list = useRef<HTMLUListElement>(null);
  const more = useRef<HTMLDivElement>(null);
  /** Index of the first event of the requested page. */
  const awaited = useRef<number | null>(null);
  const shown = useRef(choice);
  const count = events?.length;

  useEffect(() => {
    if (count === undefined || isPlaceholderData) return;
    if (shown.current !== choice) {
      shown.current = choice;
      awaited.current = null;
      announce(t(hasNextPage ? 'events:found_orMore' : 'events:found', { count }), 'quiet');
      return;
    }
    const first = awaited.current;
    if (first === null || count <= first) return;
    awaited.current = null;
    announce(t('events:more_came', { count: count - first }), 'quiet');
    // Keep the focus if the user moved on; the button may be gone, and its focus with it.
    const { activeElement } = document;
    if (activeElement !== document.body && more.current?.contains(activeElement) !== true) return;
    list.current?.children[first]?.querySelector('a')?.focus();
  }, [count, choice, isPlaceholderData, hasNextPage, announce]);

  if (events === undefined && error !== null) {
    return <Failure error={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      {events?.length === 0 && !hasNextPage ? (
        none
      ) : (
        <ul ref={list} className={className} aria-busy={events === undefined || isPlaceholderData}>
          {events === undefined
            ? [1, 2, 3].map((place) => (
                // Must differ from event ids, or React would reuse the element.
                <li key={`card ${place}`}>
                  <Skeleton shape="card" />
                </li>
              ))
            : events.map((event) => <li key={event.id}>{children(event)}</li>)}
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
              awaited.current = count ?? null;
              void fetchNextPage();
            }}
          >
            {isFetchingNextPage ? t('events:more_loading') : t('events:more')}
          </Button>
        </div>
      )}
    </>
  );
}
