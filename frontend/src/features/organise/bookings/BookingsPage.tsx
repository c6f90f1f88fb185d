import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useId, useState } from 'react';
import { useSearchParams } from 'react-router';

import { BOOKING_STATES, type BookingState } from '@/api/bookings';
import type { EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Field } from '@/components/Field';
import { Skeleton } from '@/components/Skeleton';
import { BookingPanel } from '@/features/organise/bookings/BookingPanel';
import { BookingTable } from '@/features/organise/bookings/BookingTable';
import { EventHead } from '@/features/organise/EventHead';
import { EventPage } from '@/features/organise/EventPage';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';
import { t } from '@/i18n/language';
import { bookingsQuery } from '@/queries/bookings';

import '@/features/organise/organise.css';
import './bookings.css';

/** The bookings of an event: find one, and change it. */
export function BookingsPage() {
  return (
    <EventPage>
      {(event) => (
        <OrganisersOnly event={event}>
          <Bookings event={event} />
        </OrganisersOnly>
      )}
    </EventPage>
  );
}

function Bookings({ event }: { readonly event: EventDetail }) {
  const [params, setParams] = useSearchParams();
  const chosen = params.get('booking');
  const startsMoving = params.get('doing') === 'move';

  function choose(id: string | null) {
    setParams(id === null ? {} : { booking: id }, { replace: true });
  }

  return (
    <div className="page organise bookings" data-open={chosen !== null || undefined}>
      <title>{t('pageTitle', { page: t('bookings:title', { event: event.name }) })}</title>
      <EventHead event={event} title={t('bookings:title', { event: event.name })} />
      <Search event={event} chosen={chosen} onChoose={choose} />
      {chosen === null ? (
        <section className="panel bookings__none">
          <p className="panel__note">{t('bookings:chooseBooking')}</p>
        </section>
      ) : (
        <BookingPanel
          key={chosen}
          event={event}
          id={chosen}
          startsMoving={startsMoving}
          onChoose={choose}
        />
      )}
    </div>
  );
}

interface SearchProps {
  readonly event: EventDetail;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

function Search({ event, chosen, onChoose }: SearchProps) {
  const select = useId();
  const [text, setText] = useState('');
  const [state, setState] = useState<BookingState>('all');
  const q = useDeferredValue(text.trim());
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    bookingsQuery(event.id, { q, state }),
  );
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section className="panel bookings__search" aria-labelledby={`${select}-title`}>
      <h2 id={`${select}-title`} className="visually-hidden">
        {t('bookings:search')}
      </h2>
      <div className="bookings__filter" role="search">
        <Field
          label={t('bookings:search')}
          hint={t('bookings:searchHint')}
          type="search"
          value={text}
          maxLength={254}
          autoComplete="off"
          onChange={({ target }) => {
            setText(target.value);
          }}
        />
        <div className="field">
          <label className="field__label" htmlFor={select}>
            {t('bookings:state')}
          </label>
          <select
            id={select}
            className="field__input"
            value={state}
            onChange={({ target }) => {
              setState(BOOKING_STATES.find((each) => each === target.value) ?? 'all');
            }}
          >
            {BOOKING_STATES.map((each) => (
              <option key={each} value={each}>
                {t(`bookings:state_${each}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      {data === undefined ? (
        error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : rows.length === 0 ? (
        <p className="panel__note" role="status">
          {t('bookings:none')}
        </p>
      ) : (
        <>
          <BookingTable bookings={rows} chosen={chosen} onChoose={onChoose} />
          {hasNextPage && (
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t('bookings:more')}
            </Button>
          )}
        </>
      )}
    </section>
  );
}
