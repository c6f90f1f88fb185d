import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, type Location, Navigate, useLocation, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { Booking } from '@/features/reservations/Booking';
import { LinkedNote } from '@/features/reservations/LinkedNote';
import { tokenInHash } from '@/hooks/mailedLink';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import {
  linkedReservationQuery,
  reservationQuery,
  reservationsQuery,
} from '@/queries/reservations';
import { useMe } from '@/queries/session';

export function ReservationPage() {
  const { reservationId = '' } = useParams();
  const me = useMe();
  const location = useLocation();
  if (!/^[0-9A-Za-z]{16}$/.test(reservationId)) return <NoSuchReservation />;
  if (me === undefined) return <LoadingBooking />;
  const id = reservationId.toUpperCase();
  const token = tokenOf(location);
  if (me !== null) return <OneReservation id={id} token={token} />;
  return token === null ? (
    <Navigate to={signInPath(location)} replace />
  ) : (
    <LinkedReservation
      id={id}
      token={token}
      // An account may have taken the booking over, which ends the link.
      otherwise={<Navigate to={signInPath(location)} replace />}
    />
  );
}

/** The token of the link in a mail, also after signing in. It stays in the URL, for reloading. */
function tokenOf({ hash, state }: Location): string | null {
  const kept: unknown = (state as Partial<Record<string, unknown>> | null)?.['token'];
  return tokenInHash(hash) ?? (typeof kept === 'string' ? kept : null);
}

interface OneReservationProps {
  readonly id: string;
  /** Of a mailed link, which leads to a booking that is not the user's. */
  readonly token: string | null;
}

function OneReservation({ id, token }: OneReservationProps) {
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
  if (toApiError(error).status !== 404) {
    return <Failure error={error} onRetry={() => void refetch()} />;
  }
  if (token === null) return <NoSuchReservation />;
  return <LinkedReservation id={id} token={token} otherwise={<NoSuchReservation />} />;
}

interface LinkedReservationProps {
  readonly id: string;
  readonly token: string;
  /** Shown if the link is not valid any more. */
  readonly otherwise: ReactNode;
}

/** The booking of a link that was mailed to its own address, which shows it to whoever has it. */
function LinkedReservation({ id, token, otherwise }: LinkedReservationProps) {
  const { data: reservation, error, refetch } = useQuery(linkedReservationQuery(id, token));
  if (reservation !== undefined) {
    const note = <LinkedNote reservation={reservation} token={token} />;
    return <Booking reservation={reservation} linkedNote={note} />;
  }
  if (error === null) return <LoadingBooking />;
  return toApiError(error).status === 404 ? (
    otherwise
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
