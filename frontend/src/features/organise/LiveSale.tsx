import { useMemo, useState, useSyncExternalStore } from 'react';
import { Link } from 'react-router';

import type { EventDetail } from '@/api/types';
import { pagePause } from '@/browser/pagePause';
import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { LiveBadge } from '@/components/LiveBadge';
import { NoSeats } from '@/components/NoSeats';
import { Skeleton } from '@/components/Skeleton';
import { hasPermissionIn } from '@/domain/permissions';
import { countSeats } from '@/features/organise/counts';
import { EventHead } from '@/features/organise/EventHead';
import { LatestChanges } from '@/features/organise/LatestChanges';
import { alertsOf } from '@/features/organise/sale/alerts';
import { Course } from '@/features/organise/sale/Course';
import { HallPlan } from '@/features/organise/sale/HallPlan';
import { Holds } from '@/features/organise/sale/Holds';
import { projectSellOut } from '@/features/organise/sale/projection';
import { SaleAlerts } from '@/features/organise/sale/SaleAlerts';
import { SoldPerMinute } from '@/features/organise/sale/SoldPerMinute';
import { usePolledSale, useSale } from '@/features/organise/sale/useSale';
import { SaleFigures } from '@/features/organise/SaleFigures';
import { watchSale } from '@/features/organise/saleWatch';
import { SectionTable } from '@/features/organise/SectionTable';
import { useLiveSeatMap } from '@/hooks/useLiveSeatMap';
import { formatShare } from '@/features/organise/formats';
import { t } from '@/i18n/language';
import {
  bookingsPath,
  boxOfficePath,
  doorsPath,
  eventPath,
  eventSettingsPath,
  historyPath,
} from '@/paths';
import { useMe } from '@/queries/session';

import '@/features/organise/sale/sale.css';

/** Live view of a sale. Read-only: the organiser's own locks count as locked. */
export function LiveSale({ event }: { readonly event: EventDetail }) {
  const { sale: sent, reading, onOtherFrame } = useSale();
  const { store, feedState, error, reload } = useLiveSeatMap(event, false, { onOtherFrame });
  const sale = usePolledSale(event.id, feedState, sent);
  const [watch] = useState(() => watchSale(store, pagePause.timers));
  const { seats, viewers, latest, now } = useSyncExternalStore(watch.subscribe, watch.getView);
  const counts = useMemo(() => countSeats(seats), [seats]);
  const projection = useMemo(
    () => sale && projectSellOut(sale, counts.free + counts.held, now),
    [sale, counts, now],
  );
  const alerts = useMemo(
    () => (sale && projection ? alertsOf({ sale, counts, projection, now }) : []),
    [sale, counts, projection, now],
  );
  const me = useMe();

  return (
    <div className="page organise">
      <title>{`${t('organise:title', { event: event.name })} · Seatcast`}</title>
      <EventHead
        event={event}
        title={event.name}
        back={{ path: eventPath(event.id), label: t('organise:backToMap') }}
      >
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
        {hasPermissionIn(me, 'reservations.change_event', event.organisation) && (
          <Link className="button button--quiet" to={eventSettingsPath(event.id)}>
            {t('organise:settings')}
          </Link>
        )}
        <LiveBadge feedState={feedState} viewers={null} />
      </EventHead>
      {seats.length > 0 ? (
        <>
          <SaleAlerts
            alerts={alerts}
            isClosed={feedState.name === 'closed' && feedState.reason === 'notForYou'}
          />
          <SaleFigures
            counts={counts}
            sale={sale}
            projection={projection}
            viewers={viewers}
            now={now}
          />
          <HallPlan event={event} store={store} seats={seats} counts={counts} />
          {sale === null ? (
            <LoadingFigures reading={reading} />
          ) : (
            <>
              <SoldPerMinute sale={sale} now={now} />
              <Course sale={sale} now={now} />
              <Holds sale={sale} now={now} />
            </>
          )}
          <LatestChanges latest={latest} />
          <SectionTable sections={counts.sections} sale={sale} />
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

/** `reading`: the share of the change log that was read, where that takes long. */
function LoadingFigures({ reading }: { readonly reading: number | null }) {
  if (reading === null) return <Skeleton shape="card" />;
  return (
    <section className="panel organise__reading">
      <label>
        {t('organise:reading', { share: formatShare(reading) })}
        <progress value={reading} />
      </label>
    </section>
  );
}
