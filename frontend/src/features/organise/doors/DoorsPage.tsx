import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';

import { revokeDoor } from '@/api/doors';
import type { Door, DoorProblem, EventDetail } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { EventHead } from '@/features/organise/EventHead';
import { EventPage } from '@/features/organise/EventPage';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { entryTexts } from '@/components/entryText';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatTime } from '@/i18n/time';
import { doorsQuery } from '@/queries/doors';

import '@/features/organise/organise.css';
import './doors.css';

/** How many have entered an event, by which devices, and what to look into. */
export function DoorsPage() {
  return <EventPage>{(event) => <Doors event={event} />}</EventPage>;
}

function Doors({ event }: { readonly event: EventDetail }) {
  const { data, error, refetch } = useQuery(doorsQuery(event.id));
  const title = t('door:doorsOf', { event: event.name });
  return (
    <div className="page organise doors">
      <title>{t('pageTitle', { page: title })}</title>
      <EventHead event={event} title={title} />
      {data === undefined && error === null && <Skeleton shape="ticket" />}
      {data === undefined && error !== null && (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
      {data !== undefined && (
        <>
          <p className="doors__counts tabular" role="status">
            {t('door:entered', {
              entered: formatNumber(data.entered),
              expected: formatNumber(data.expected),
            })}
          </p>
          <section className="doors__part" aria-labelledby="problems">
            <h2 id="problems">{t('door:problems')}</h2>
            {data.problems.length === 0 ? (
              <p>{t('door:problemsNone')}</p>
            ) : (
              <ul className="doors__list">
                {data.problems.map((problem) => (
                  <Problem key={problem.id} problem={problem} />
                ))}
              </ul>
            )}
          </section>
          <section className="doors__part" aria-labelledby="devices">
            <h2 id="devices">{t('door:doors')}</h2>
            {data.doors.length === 0 ? (
              <p>{t('door:doorsNone', { menu: t('app:door') })}</p>
            ) : (
              <ul className="doors__list">
                {data.doors.map((door) => (
                  <Device key={door.id} eventId={event.id} door={door} />
                ))}
              </ul>
            )}
          </section>
        </>
      )}
    </div>
  );
}

const OUTCOMES = {
  double: 'door:problemDouble',
  invalid: 'door:problemInvalid',
  refused_wrongly: 'door:problemRefusedWrongly',
} as const;

function Problem({ problem }: { readonly problem: DoorProblem }) {
  const { outcome, at, door, reservation, seats, entries } = problem;
  const before = entryTexts(entries);
  return (
    <li className="doors__item doors__item--bad">
      <b>
        {t(OUTCOMES[outcome])}
        {seats.length > 0 && `: ${seats.join(', ')}`}
      </b>
      <span>
        {t('door:problemAt', { when: formatTime(at), door })}
        {before !== '' && ` · ${t('door:problemBefore', { when: before })}`}
        {reservation !== null && ` · ${reservation}`}
      </span>
    </li>
  );
}

interface DeviceProps {
  readonly eventId: number;
  readonly door: Door;
}

function Device({ eventId, door }: DeviceProps) {
  const [isAsking, setIsAsking] = useState(false);
  const item = useRef<HTMLLIElement>(null);
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeDoor(eventId, door.id),
    retry: false,
    onSuccess: async () => {
      setIsAsking(false);
      announce(t('door:blockDone'), 'good');
      await queryClient.invalidateQueries({ queryKey: doorsQuery(eventId).queryKey });
      // The button is gone.
      item.current?.focus();
    },
  });
  return (
    <li className="doors__item" ref={item} tabIndex={-1}>
      <b>{door.name}</b>
      <span>
        {t('door:steward')} {door.steward} · {t('door:lastSeen')} {formatTime(door.seen_at)} ·{' '}
        {t('door:scans', { count: door.scans })}
      </span>
      {door.revoked_at === null ? (
        <Button
          onClick={() => {
            setIsAsking(true);
          }}
        >
          {t('door:block')}
        </Button>
      ) : (
        <span>{t('door:blocked')}</span>
      )}
      {isAsking && (
        <QuestionDialog
          title={t('door:blockTitle')}
          lead={t('door:blockNote')}
          confirmLabel={t('door:block')}
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => {
            revoke.mutate();
          }}
          onDismiss={() => {
            setIsAsking(false);
          }}
        />
      )}
    </li>
  );
}
