import { useState } from 'react';
import { Link } from 'react-router';

import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { cancelNote, useCancellationEnd } from '@/features/reservations/cancellation';
import { CancelDialog } from '@/features/reservations/CancelDialog';
import type { Reservation } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';
import { formatMoney } from '@/lib/money';
import { paymentInWords } from '@/lib/payments';
import { formatDateTime } from '@/lib/time';

export function ReservationCard({ reservation }: { readonly reservation: Reservation }) {
  const [asking, setAsking] = useState(false);
  const mayNotCancel = useCancellationEnd(reservation);
  const isCancelled = reservation.status === 'cancelled';
  const headingId = `reservation-${reservation.id}`;
  return (
    <article className="ticket" data-status={reservation.status} aria-labelledby={headingId}>
      <div className="ticket__main">
        <div className="ticket__head">
          <h2 id={headingId} className="ticket__name">
            <Link to={`/events/${reservation.event}`}>{reservation.event_name}</Link>
          </h2>
          <span className="ticket__status">
            <Icon name={isCancelled ? 'close' : 'check'} />
            {t(isCancelled ? 'reservations:cancelled' : 'reservations:confirmed')}
          </span>
        </div>
        <p className="ticket__fact">
          <time dateTime={reservation.date}>{formatDateTime(reservation.date)}</time>
          {' · '}
          {reservation.venue}
        </p>
        <ul className="ticket__seats" aria-label={t('reservations:seats')}>
          {reservation.seat_details.map((seat) => (
            <li key={seat.seat_id}>
              <b>{seat.seat_number}</b>
              <span>{formatMoney(seat.price, reservation.currency)}</span>
            </li>
          ))}
        </ul>
      </div>
      <div className="ticket__stub">
        <p className="ticket__number">{t('reservations:number', { id: reservation.id })}</p>
        <p className="ticket__total tabular">
          {formatMoney(reservation.total_price, reservation.currency)}
        </p>
        <p className="ticket__note ticket__payment">{paymentInWords(reservation)}</p>
        <p className="ticket__note">{cancelNote(reservation, mayNotCancel)}</p>
        {!isCancelled && !mayNotCancel && (
          <Button
            onClick={() => {
              setAsking(true);
            }}
          >
            {t('reservations:cancel')}
            <span className="visually-hidden">
              {' '}
              {t('reservations:whichOne', { id: reservation.id })}
            </span>
          </Button>
        )}
      </div>
      {asking && (
        <CancelDialog
          reservation={reservation}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </article>
  );
}
