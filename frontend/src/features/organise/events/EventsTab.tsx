import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import { dateHeaderClock } from '@/api/dateHeaderClock';
import { pictureUrl } from '@/api/pictures';
import type { EventSummary, Organisation } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { saleState } from '@/components/saleState';
import { Skeleton } from '@/components/Skeleton';
import { Check } from '@/features/organise/events/Controls';
import { DuplicateDialog } from '@/features/organise/events/DuplicateDialog';
import { NewEventDialog } from '@/features/organise/events/NewEventDialog';
import { useSales } from '@/hooks/useSales';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import { eventPath, eventSettingsPath, salePath } from '@/paths';
import { organisationEventsQuery } from '@/queries/organiserEvents';

import './eventSettings.css';

type Open = { readonly name: 'new' } | { readonly name: 'copy'; readonly event: EventSummary };

/** The events of an organisation. */
export function EventsTab({ organisation }: { readonly organisation: Organisation }) {
  const [withPast, setWithPast] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    organisationEventsQuery(organisation.id, withPast),
  );
  const may = (permission: string) => organisation.permissions.includes(permission);
  const dismiss = () => {
    setOpen(null);
  };
  const create = may('reservations.add_event') && (
    <Button
      look="primary"
      onClick={() => {
        setOpen({ name: 'new' });
      }}
    >
      {t('organiserEvents:new')}
    </Button>
  );
  return (
    <div className="organised-events">
      <div className="organised-events__tools">
        <Check
          label={t('organiserEvents:withPast')}
          checked={withPast}
          onChange={({ target }) => {
            setWithPast(target.checked);
          }}
        />
        {data?.length !== 0 && create}
      </div>
      {data === undefined && error === null && <Skeleton shape="card" />}
      {data === undefined && error !== null && (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
      {data?.length === 0 && (
        <Message
          title={t(withPast ? 'organiserEvents:none' : 'organiserEvents:noneUpcoming')}
          actions={create}
        >
          {create !== false && <p>{t('organiserEvents:none_note')}</p>}
        </Message>
      )}
      {data !== undefined && data.length > 0 && (
        <ul className="organised-events__list">
          {data.map((event) => (
            <li key={event.id}>
              <EventRow
                event={event}
                mayEdit={may('reservations.change_event')}
                mayWatch={may('reservations.view_reservation')}
                onDuplicate={() => {
                  setOpen({ name: 'copy', event });
                }}
              />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('events:more')}
        </Button>
      )}
      {open?.name === 'new' && (
        <NewEventDialog organisationId={organisation.id} onDismiss={dismiss} />
      )}
      {open?.name === 'copy' && <DuplicateDialog event={open.event} onDismiss={dismiss} />}
    </div>
  );
}

interface EventRowProps {
  readonly event: EventSummary;
  readonly mayEdit: boolean;
  readonly mayWatch: boolean;
  readonly onDuplicate: () => void;
}

function EventRow({ event, mayEdit, mayWatch, onDuplicate }: EventRowProps) {
  const { tag, tone } = saleState(event, useSales(event, dateHeaderClock));
  const { seats_total: total, seats_available: free } = event;
  const picture = pictureUrl(event, 'small');
  const path = mayEdit ? eventSettingsPath : mayWatch ? salePath : eventPath;
  return (
    <article className="organised-event">
      {picture === null ? (
        <span className="organised-event__picture" aria-hidden="true">
          {event.name.slice(0, 1)}
        </span>
      ) : (
        <img className="organised-event__picture" src={picture} alt="" loading="lazy" />
      )}
      <div className="organised-event__what">
        <h2 className="organised-event__name">
          <Link to={path(event.id)}>{event.name}</Link>
        </h2>
        <p className="organised-event__facts">
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
          {event.venue}
        </p>
      </div>
      <div className="organised-event__state">
        <span className="organised-event__tag" data-tone={tone}>
          {tag}
        </span>
        <span className="organised-event__facts tabular">
          {total === 0
            ? t('organiserEvents:noSeats')
            : t('organiserEvents:takenOf', {
                taken: formatNumber(total - free),
                total: formatNumber(total),
              })}
        </span>
      </div>
      <div className="organised-event__actions">
        {mayWatch && (
          <Link className="button button--quiet" to={salePath(event.id)}>
            {t('organiserEvents:liveSale')}
          </Link>
        )}
        {mayEdit && (
          <Button
            aria-label={t('organiserEvents:duplicateOf', { event: event.name })}
            onClick={onDuplicate}
          >
            {t('organiserEvents:duplicate')}
          </Button>
        )}
      </div>
    </article>
  );
}
