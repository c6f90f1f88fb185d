import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import type { ChangeChoice, Moment } from '@/api/history';
import type { EventDetail, PastMap } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { ActionList } from '@/features/organise/history/ActionList';
import { ChangeList } from '@/features/organise/history/ChangeList';
import { Exports } from '@/features/organise/history/Exports';
import { PastHall } from '@/features/organise/history/PastHall';
import { Reports } from '@/features/organise/history/Reports';
import { TimeBar } from '@/features/organise/history/TimeBar';
import { EventHead } from '@/features/organise/EventHead';
import { EventPage } from '@/features/organise/EventPage';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';
import { t } from '@/i18n/language';
import { pastMapQuery } from '@/queries/history';

import '@/components/dialog.css';
import '@/features/organise/organise.css';
import './history.css';

/** What happened in an event's sale: its map through time, reports and exports. */
export function HistoryPage() {
  return (
    <EventPage>
      {(event) => (
        <OrganisersOnly event={event}>
          <History event={event} />
        </OrganisersOnly>
      )}
    </EventPage>
  );
}

function History({ event }: { readonly event: EventDetail }) {
  const [moment, setMoment] = useState<Moment>(null);
  const [choice, setChoice] = useState<ChangeChoice>({});
  const {
    data: past,
    error,
    refetch,
    isPlaceholderData,
  } = useQuery(pastMapQuery(event.id, moment));
  return (
    <div className="page organise history">
      <title>{t('pageTitle', { page: t('history:title', { event: event.name }) })}</title>
      <EventHead event={event} title={t('history:title', { event: event.name })} />
      {past === undefined ? (
        error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <>
          <TimeBar
            past={past}
            zone={event.time_zone}
            isLoading={isPlaceholderData}
            error={error}
            onMove={setMoment}
          />
          <PastHall
            event={event}
            past={past}
            chosen={choice.seat ?? null}
            onChoose={(seat) => {
              setChoice({ seat });
            }}
          />
          <ChangeList
            eventId={event.id}
            zone={event.time_zone}
            until={untilOf(past)}
            choice={choice}
            onChoose={setChoice}
            onMove={(seq) => {
              setMoment({ seq });
            }}
          />
        </>
      )}
      <Reports eventId={event.id} />
      <Exports eventId={event.id} />
      <ActionList eventId={event.id} zone={event.time_zone} />
    </div>
  );
}

/** The number up to which changes are listed; null for all. */
function untilOf({ seq, next }: PastMap): number | null {
  return next === null ? null : seq;
}
