import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import type { EventDetail, SeatUse as SeatUseData } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import type { MapSeat } from '@/domain/seatMap/seats';
import { AllocationText } from '@/features/organise/boxOffice/AllocationText';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatTime } from '@/i18n/time';
import { bookingsPath } from '@/paths';
import { seatUseQuery } from '@/queries/boxOffice';

interface SeatUseProps {
  readonly event: EventDetail;
  readonly seat: MapSeat;
}

/** Who has a seat: its hold, booking or allocation. */
export function SeatUse({ event, seat }: SeatUseProps) {
  const isFree = seat.status === 'available';
  const { data, error, refetch } = useQuery({ ...seatUseQuery(event.id, seat), enabled: !isFree });
  if (isFree) {
    return (
      <p className="box-office__use">
        {t('boxOffice:usePrice')}: {formatMoney(seat.facts.price, event.currency)}
      </p>
    );
  }
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton shape="title" />;
  return (
    <div className="box-office__use">
      <h3>{t('boxOffice:use')}</h3>
      <Use use={data} event={event} />
    </div>
  );
}

function Use({ use, event }: { readonly use: SeatUseData; readonly event: EventDetail }) {
  const { lock, booking, allocation } = use;
  if (lock !== null) {
    return (
      <p>
        {t('boxOffice:useLock', {
          name: lock.holder.name,
          since: formatTime(lock.since),
          until: formatTime(lock.until),
        })}
      </p>
    );
  }
  if (booking !== null) {
    return (
      <p>
        {t('boxOffice:useBooking', { name: booking.buyer })}
        <br />
        <Link to={bookingsPath(event.id, booking.id)}>
          {t('boxOffice:bookingIs', { id: booking.id })}
        </Link>
        {', '}
        {formatMoney(booking.total_price, booking.currency)}
        {booking.is_due && <>, {t('boxOffice:useDue')}</>}
      </p>
    );
  }
  if (allocation !== null) return <AllocationText allocation={allocation} zone={event.time_zone} />;
  return (
    <p>{use.status === 'blocked' ? t('boxOffice:useBlocked') : t('boxOffice:is_available')}</p>
  );
}
