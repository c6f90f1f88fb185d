import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Navigate, useLocation, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { Booking } from '@/features/reservations/Booking';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import { reservationQuery, reservationsQuery } from '@/queries/reservations';
import { useMe } from '@/queries/session';
import '@/i18n/loadReservationsMessages';

export function ReservationPage() {
  const { reservationId = '' } = useParams();
  const me = useMe();
  const location = useLocation();
  if (!/^[0-9A-Za-z]{16}$/.test(reservationId)) return <NoSuchReservation />;
  if (me === null) return <Navigate to={signInPath(location)} replace />;
  return me === undefined ? (
    <LoadingBooking />
  ) : (
    <OneReservation id={reservationId.toUpperCase()} />
  );
}

function OneReservation({ id }: { readonly id: string }) {
  const queryClient = useQueryClient();
  const {
    data: reservation,
    error,
    refetch,
  } = useQuery({
    ...reservationQuery(id),
    placeholderData: () =>
      queryClient.getQueryData(reservationsQuery.queryKey)?.find((one) => one.id === id),
  });
  if (reservation !== undefined) return <Booking reservation={reservation} />;
  if (error === null) return <LoadingBooking />;
  return toApiError(error).status === 404 ? (
    <NoSuchReservation />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}

function LoadingBooking() {
  return (
    <div className="page" aria-busy="true">
      <Skeleton shape="title" />
      <br />
      <Skeleton shape="card" />
    </div>
  );
}

function NoSuchReservation() {
  return (
    <Message
      title={t('reservations:noSuch')}
      actions={
        <Link className="button button--primary" to="/reservations">
          {t('reservations:title')}
        </Link>
      }
    >
      <p>{t('reservations:noSuchHint')}</p>
    </Message>
  );
}
