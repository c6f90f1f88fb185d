import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useLocation } from 'react-router';

import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { GuestBookings } from '@/features/reservations/GuestBookings';
import { OpenPayments } from '@/features/reservations/OpenPayments';
import type { Reservation } from '@/api/types';
import { ReservationCard } from '@/features/reservations/ReservationCard';
import { useLiveReservations } from '@/features/reservations/useLiveReservations';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import { reservationsQuery } from '@/queries/reservations';
import { useMe } from '@/queries/session';

import './reservations.css';

/** Of how many events, those booked last, bookings are watched: each takes a connection. */
const MOST_LIVE = 3;

export function MyReservationsPage() {
  const me = useMe();
  const location = useLocation();
  if (me === null) return <Navigate to={signInPath(location)} replace />;
  return (
    <div className="page page--narrow">
      <title>{`${t('reservations:title')} · Seatcast`}</title>
      <h1 className="page__title">{t('reservations:title')}</h1>
      {me === undefined ? (
        <LoadingList />
      ) : (
        <>
          <GuestBookings me={me} />
          <OpenPayments />
          <ReservationList />
        </>
      )}
    </div>
  );
}

function ReservationList() {
  const { data: reservations, error, refetch } = useQuery(reservationsQuery);
  if (reservations === undefined) {
    return error === null ? (
      <LoadingList />
    ) : (
      <Failure error={error} onRetry={() => void refetch()} />
    );
  }
  if (reservations.length === 0) {
    return (
      <Message
        title={t('reservations:none')}
        actions={
          <Link className="button button--primary" to="/">
            {t('reservations:findEvent')}
          </Link>
        }
      >
        <p>{t('reservations:noneHint')}</p>
      </Message>
    );
  }
  const isLive = ({ status }: Reservation) => status === 'confirmed';
  const events = new Set(reservations.filter(isLive).map(({ event }) => event));
  return (
    <ul className="reservation-list">
      {[...events].slice(0, MOST_LIVE).map((event) => (
        <LiveReservations
          key={event}
          event={event}
          reservations={reservations.filter((each) => each.event === event)}
        />
      ))}
      {reservations.map((reservation) => (
        <li key={reservation.id}>
          <ReservationCard reservation={reservation} />
        </li>
      ))}
    </ul>
  );
}

interface LiveReservationsProps {
  readonly event: number;
  readonly reservations: readonly Reservation[];
}

function LiveReservations({ event, reservations }: LiveReservationsProps) {
  useLiveReservations(event, reservations);
  return null;
}

function LoadingList() {
  return (
    <div className="reservation-list" aria-busy="true">
      <Skeleton shape="ticket" />
      <Skeleton shape="ticket" />
    </div>
  );
}
