import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';
import { Link } from 'react-router';

import type { EventDetail } from '@/api/types';
import { pagePause } from '@/browser/pagePause';
import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { LiveBadge } from '@/components/LiveBadge';
import { NoSeats } from '@/components/NoSeats';
import { PlanThumbnail, type Tone } from '@/components/PlanThumbnail';
import { Skeleton } from '@/components/Skeleton';
import { hasPermissionIn } from '@/domain/permissions';
import type { MapSeat, DisplayStatus } from '@/domain/seatMap/seats';
import { type HallCounts, countSeats } from '@/features/organise/counts';
import { LatestChanges } from '@/features/organise/LatestChanges';
import { SaleFigures } from '@/features/organise/SaleFigures';
import { watchSale } from '@/features/organise/saleWatch';
import { SectionTable } from '@/features/organise/SectionTable';
import { SoldPerMinute } from '@/features/organise/SoldPerMinute';
import { useLiveSeatMap, useSeatMap } from '@/hooks/useLiveSeatMap';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import {
  bookingsPath,
  boxOfficePath,
  doorsPath,
  eventPath,
  eventSettingsPath,
  historyPath,
} from '@/paths';
import { revenueQuery } from '@/queries/events';
import { useMe } from '@/queries/session';

const TONES: Readonly<Record<DisplayStatus, Tone>> = {
  available: 'seat',
  mine: 'locked',
  locked: 'locked',
  reserved: 'reserved',
  blocked: 'blocked',
};

/** Live view of a sale. Read-only: the organiser's own locks count as locked. */
export function LiveSale({ event }: { readonly event: EventDetail }) {
  const { store, feedState, error, reload } = useLiveSeatMap(event, false);
  const [watch] = useState(() => watchSale(store, pagePause.timers));
  const { seats, viewers, seq, log, now } = useSyncExternalStore(watch.subscribe, watch.getView);
  const counts = useMemo(() => countSeats(seats), [seats]);
  const me = useMe();
  const { data: revenue } = useQuery(revenueQuery(event.id, seq));

  return (
    <div className="page organise">
      <title>{`${t('organise:title', { event: event.name })} · Seatcast`}</title>
      <header className="organise__head">
        <Link
          className="icon-button organise__back"
          to={eventPath(event.id)}
          aria-label={t('organise:backToMap')}
        >
          <Icon name="back" />
        </Link>
        <div className="organise__what">
          <h1 className="organise__name">{event.name}</h1>
          <p className="organise__facts">
            <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
            {event.venue}
          </p>
        </div>
        {hasPermissionIn(me, 'reservations.change_reservation', event.organisation) && (
          <Link className="button button--quiet" to={boxOfficePath(event.id)}>
            <Icon name="ticket" />
            {t('organise:boxOffice')}
          </Link>
        )}
        <Link className="button button--quiet" to={bookingsPath(event.id)}>
          <Icon name="ticket" />
          {t('organise:bookings')}
        </Link>
        {hasPermissionIn(me, 'reservations.scan_ticket', event.organisation) && (
          <Link className="button button--quiet" to={doorsPath(event.id)}>
            <Icon name="ticket" />
            {t('organise:doors')}
          </Link>
        )}
        <Link className="button button--quiet" to={historyPath(event.id)}>
          <Icon name="clock" />
          {t('organise:history')}
        </Link>
        <LiveBadge feedState={feedState} viewers={null} />
        {hasPermissionIn(me, 'reservations.change_event', event.organisation) && (
          <Link className="button button--quiet" to={eventSettingsPath(event.id)}>
            {t('organise:settings')}
          </Link>
        )}
      </header>
      {seats.length > 0 ? (
        <>
          <SaleFigures counts={counts} revenue={revenue} viewers={viewers} />
          <HallPlan event={event} store={store} seats={seats} counts={counts} />
          <SoldPerMinute log={log} now={now} />
          <LatestChanges latest={log.latest} />
          <SectionTable sections={counts.sections} revenue={revenue} />
        </>
      ) : error !== null ? (
        <Failure error={error} onRetry={reload} />
      ) : event.seats_total === 0 ? (
        <NoSeats />
      ) : (
        <Skeleton shape="card" />
      )}
    </div>
  );
}

interface HallPlanProps {
  readonly event: EventDetail;
  readonly store: ReturnType<typeof useLiveSeatMap>['store'];
  readonly seats: readonly MapSeat[];
  readonly counts: HallCounts;
}

function HallPlan({ event, store, seats, counts }: HallPlanProps) {
  const facts = useSeatMap(store, (state) => state.facts);
  const toneOf = useCallback(
    (index: number) =>
      // The places of a standing area are all at one point.
      facts[index]?.isPlace === true ? null : TONES[seats[index]?.status ?? 'available'],
    [facts, seats],
  );
  return (
    <section className="panel hall-plan">
      <h2>{t('organise:map')}</h2>
      <PlanThumbnail
        plan={event.plan}
        facts={facts}
        toneOf={toneOf}
        label={t('organise:mapLabel', {
          venue: event.venue,
          sold: formatNumber(counts.sold),
          held: formatNumber(counts.held),
          free: formatNumber(counts.free),
        })}
      />
    </section>
  );
}
