import { useState } from 'react';
import { Link } from 'react-router';

import type { Reservation } from '@/api/types';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { isUnpaid, paymentText } from '@/domain/payments';
import { CancelDialog } from '@/features/reservations/CancelDialog';
import { cancelNote, useCancellationEnd } from '@/features/reservations/cancellation';
import { StatusChip } from '@/components/StatusChip';
import { t } from '@/i18n/language';
import { seatWords } from '@/domain/seatWords';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';
import { reservationPath } from '@/paths';

export function ReservationCard({ reservation }: { readonly reservation: Reservation }) {
  const [asking, setAsking] = useState(false);
  const mayNotCancel = useCancellationEnd(reservation);
  const isOver = reservation.status !== 'confirmed';
  const headingId = `reservation-${reservation.id}`;
  return (
    <article className="ticket" data-status={reservation.status} aria-labelledby={headingId}>
      <div className="ticket__main">
        <div className="ticket__head">
          <h2 id={headingId} className="ticket__name">
            <Link to={reservationPath(reservation.id)}>{reservation.event_name}</Link>
          </h2>
          <StatusChip status={reservation.status} />
        </div>
        <p className="ticket__fact">
          <time dateTime={reservation.date}>
            {formatDateTime(reservation.date, reservation.time_zone)}
          </time>
          {' · '}
          {reservation.venue}
        </p>
        <ul className="ticket__seats" aria-label={t('reservations:seats')}>
          {reservation.seat_details.map((seat) => (
            <li key={seat.seat_id}>
              <b>{seatWords(seat)}</b>
              <span>{formatMoney(seat.price, reservation.currency)}</span>
            </li>
          ))}
        </ul>
        <Link
          className={`button button--${isOver ? 'quiet' : 'primary'} ticket__open`}
          to={reservationPath(reservation.id)}
        >
          <Icon name="ticket" />
          <span>
            {t(openLabel(reservation))} <Which reservation={reservation} />
          </span>
        </Link>
      </div>
      <div className="ticket__stub">
        <p className="ticket__number">{t('reservations:number', { id: reservation.id })}</p>
        <p className="ticket__total tabular">
          {formatMoney(reservation.total_price, reservation.currency)}
        </p>
        <p className="ticket__note ticket__payment">{paymentText(reservation)}</p>
        <p className="ticket__note">{cancelNote(reservation, mayNotCancel)}</p>
        {!isOver && !mayNotCancel && (
          <Button
            look="plain"
            onClick={() => {
              setAsking(true);
            }}
          >
            {t('reservations:cancel')} <Which reservation={reservation} />
          </Button>
        )}
      </div>
      {asking && (
        <CancelDialog
          reservation={reservation}
          tone="good"
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </article>
  );
}

function openLabel(reservation: Reservation) {
  if (reservation.status !== 'confirmed') return 'reservations:showDetails';
  return isUnpaid(reservation) ? 'reservations:showBooking' : 'reservations:showTicket';
}

/** Distinguishes the buttons of several cards for screen readers. */
function Which({ reservation: { id } }: { readonly reservation: Reservation }) {
  return <span className="visually-hidden">{t('reservations:whichOne', { id })}</span>;
}
