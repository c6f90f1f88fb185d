import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';

import type { Reservation } from '@/api/types';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { isUnpaid, paymentText } from '@/domain/payments';
import { CancelDialog } from '@/features/reservations/CancelDialog';
import { cancelNote, useCancellationEnd } from '@/features/reservations/cancellation';
import { Pass } from '@/features/reservations/Pass';
import { SeatsOnPlan } from '@/features/reservations/SeatsOnPlan';
import { SeatTable } from '@/features/reservations/SeatTable';
import { StatusChip } from '@/components/StatusChip';
import { useLiveReservations } from '@/features/reservations/useLiveReservations';
import { placeOf } from '@/features/reservations/placeOf';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';
import { eventPath } from '@/paths';

import './booking.css';

interface BookingProps {
  readonly reservation: Reservation;
  /** In place of cancelling: the booking is shown by a mailed link, and is not the user's. */
  readonly linkedNote?: ReactNode;
}

/** Details of one reservation; printed, it is the ticket. */
export function Booking({ reservation, linkedNote }: BookingProps) {
  const isOver = reservation.status !== 'confirmed';
  useLiveReservations(reservation.event, [reservation]);
  const [isCancelledHere, setIsCancelledHere] = useState(false);
  return (
    <article className="page booking" data-status={reservation.status}>
      <title>{`${t('reservations:pageTitle', { id: reservation.id })} · Seatcast`}</title>
      <header className="booking__head">
        {linkedNote === undefined && (
          <Link
            className="icon-button booking__back"
            to="/reservations"
            aria-label={t('reservations:title')}
          >
            <Icon name="back" />
          </Link>
        )}
        <h1 className="booking__name">{reservation.event_name}</h1>
        <StatusChip status={reservation.status} />
      </header>
      {isOver ? (
        <EndedNote reservation={reservation} isNews={isCancelledHere} />
      ) : isUnpaid(reservation) ? (
        <UnpaidNote reservation={reservation} />
      ) : (
        <Pass reservation={reservation} hasFile={linkedNote === undefined} />
      )}
      <Facts reservation={reservation} />
      <section className="booking__seats">
        <h2>{t('reservations:seatsOfReservation')}</h2>
        <SeatTable reservation={reservation} />
      </section>
      {!isOver && (
        <section className="booking__map">
          <h2>{t('reservations:whereYouSit')}</h2>
          <SeatsOnPlan reservation={reservation} />
        </section>
      )}
      {linkedNote === undefined ? (
        <Foot
          reservation={reservation}
          onCancelled={() => {
            setIsCancelledHere(true);
          }}
        />
      ) : (
        <footer className="booking__foot">{linkedNote}</footer>
      )}
    </article>
  );
}

/** In place of the ticket, which the door would refuse. */
function UnpaidNote({ reservation }: { readonly reservation: Reservation }) {
  return (
    <section className="pass pass--void" aria-label={t('reservations:ticket')}>
      <Icon name="clock" />
      <h2>{t('reservations:notValidYet')}</h2>
      <p>
        <b>{paymentText(reservation)}</b>
      </p>
      <p>{t('reservations:notValidYetHint')}</p>
    </section>
  );
}

interface EndedNoteProps {
  readonly reservation: Reservation;
  /** It was just cancelled on this page. */
  readonly isNews: boolean;
}

function EndedNote({ reservation, isNews }: EndedNoteProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const hasLapsed = reservation.status === 'lapsed';
  useEffect(() => {
    if (!isNews) return;
    // The button that was clicked is far below, and gone.
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [isNews]);
  return (
    <section className="pass pass--void">
      <Icon name="close" />
      <h2 ref={heading} tabIndex={-1}>
        {t(hasLapsed ? 'reservations:isLapsed' : 'reservations:isCancelled')}
      </h2>
      <p>{cancelNote(reservation, true)}</p>
      <p>{t(hasLapsed ? 'reservations:isLapsedHint' : 'reservations:isCancelledHint')}</p>
      {reservation.to_pay_back !== null && (
        <p>
          <b>
            {t('reservations:toPayBack', {
              amount: formatMoney(reservation.to_pay_back, reservation.currency),
            })}
          </b>
        </p>
      )}
      {reservation.paid_back_at !== null && (
        <p>
          {t('reservations:paidBackAt', {
            when: formatDateTime(reservation.paid_back_at, reservation.time_zone),
          })}
        </p>
      )}
    </section>
  );
}

function Facts({ reservation }: { readonly reservation: Reservation }) {
  return (
    <dl className="booking__facts">
      <div>
        <dt>{t('reservations:when')}</dt>
        <dd>
          <time dateTime={reservation.date}>
            {formatDateTime(reservation.date, reservation.time_zone)}
          </time>
        </dd>
      </div>
      {reservation.ends_at !== null && (
        <div>
          <dt>{t('reservations:until')}</dt>
          <dd>
            <time dateTime={reservation.ends_at}>
              {formatDateTime(reservation.ends_at, reservation.time_zone)}
            </time>
          </dd>
        </div>
      )}
      <div>
        <dt>{t('reservations:where')}</dt>
        <dd>{placeOf(reservation)}</dd>
      </div>
      <div>
        <dt>{t('reservations:reservationNumber')}</dt>
        <dd className="booking__number">{t('reservations:number', { id: reservation.id })}</dd>
      </div>
      {reservation.buyer_name !== '' && (
        <div>
          <dt>{t('reservations:buyer')}</dt>
          <dd>
            {reservation.buyer_name}
            {reservation.buyer_email !== '' && <>, {reservation.buyer_email}</>}
          </dd>
        </div>
      )}
      <div>
        <dt>{t('reservations:payment')}</dt>
        <dd>{paymentText(reservation)}</dd>
      </div>
      <div>
        <dt>{t('reservations:bookedOn')}</dt>
        <dd>{formatDateTime(reservation.created_at, reservation.time_zone)}</dd>
      </div>
    </dl>
  );
}

interface FootProps {
  readonly reservation: Reservation;
  readonly onCancelled: () => void;
}

function Foot({ reservation, onCancelled }: FootProps) {
  const [asking, setAsking] = useState(false);
  const mayNotCancel = useCancellationEnd(reservation);
  const isOver = reservation.status !== 'confirmed';
  return (
    <footer className="booking__foot">
      <Link className="button button--quiet" to={eventPath(reservation.event)}>
        {t('reservations:toEvent')}
      </Link>
      {!isOver && !mayNotCancel && (
        <Button
          look="plain"
          onClick={() => {
            setAsking(true);
          }}
        >
          {t('reservations:cancelReservation')}
        </Button>
      )}
      {!isOver && <p className="booking__note">{cancelNote(reservation, mayNotCancel)}</p>}
      {asking && (
        <CancelDialog
          reservation={reservation}
          tone="quiet"
          onCancelled={onCancelled}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </footer>
  );
}
