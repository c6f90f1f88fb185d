import { useCallback, useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';

import type { EventSummary } from '@/api/types';
import { Button } from '@/components/Button';
import { Message } from '@/components/Message';
import { SessionExpiredNotice } from '@/components/SessionExpiredNotice';
import { mayOrganise } from '@/domain/permissions';
import { EventCard } from '@/features/events/EventCard';
import {
  choiceOf,
  type EventFilter,
  filterOf,
  isOnDays,
  paramsOf,
} from '@/features/events/eventFilter';
import { EventPages } from '@/components/EventPages';
import { EventSearch, NO_FILTER } from '@/features/events/EventSearch';
import { t } from '@/i18n/language';
import { SALES_PATH } from '@/paths';
import { useMe } from '@/queries/session';

import './events.css';

export function EventListPage() {
  const me = useMe();
  const [params, setParams] = useSearchParams();
  const address = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(address)), [address]);
  const choice = useMemo(() => choiceOf(filter), [filter]);
  const isShown = useCallback((event: EventSummary) => isOnDays(event, filter), [filter]);
  const isFiltered = address !== '' && Object.values(filter).some((value) => value !== '');

  function look(next: EventFilter): void {
    setParams(paramsOf(next), { replace: true });
  }

  return (
    <div className="page">
      <title>{t('pageTitle', { page: t('events:page') })}</title>
      <SessionExpiredNotice />
      <h1 className="page__title">{t('events:page_title')}</h1>
      <p className="page__lead">{t('events:page_lead')}</p>
      {mayOrganise(me) && (
        <p className="events__organise">
          <Link to={SALES_PATH}>{t('app:sales')}</Link>
        </p>
      )}
      <EventSearch filter={filter} onChange={look} />
      <EventPages
        choice={choice}
        isShown={isShown}
        className="event-grid"
        none={
          isFiltered ? (
            <Message
              title={t('events:noMatch')}
              actions={
                <Button
                  onClick={() => {
                    look(NO_FILTER);
                  }}
                >
                  {t('seeAllEvents')}
                </Button>
              }
            >
              <p>{t('events:noMatch_note')}</p>
            </Message>
          ) : (
            <Message title={t('events:none')}>
              <p>{t('events:none_note')}</p>
            </Message>
          )
        }
      >
        {(event) => <EventCard event={event} />}
      </EventPages>
      <footer className="events__footer">{`Seatcast ${__VERSION__}`}</footer>
    </div>
  );
}
