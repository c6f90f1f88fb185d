import { useState } from 'react';
import { Link } from 'react-router';

import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { CancelDialog } from '@/features/reservations/CancelDialog';
import type { Reservation } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';
import { formatDateTime } from '@/lib/time';

export function ReservationCard({ reservation }: { readonly reservation: Reservation }) {
  const [asking, setAsking] = useState(false);
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
            {isCancelled ? 'Cancelled' : 'Confirmed'}
          </span>
        </div>
        <p className="ticket__fact">
          <time dateTime={reservation.date}>{formatDateTime(reservation.date)}</time>
          {' · '}
          {reservation.venue}
        </p>
        <ul className="ticket__seats" aria-label="Seats">
          {reservation.seat_details.map((seat) => (
            <li key={seat.seat_id}>
              <b>{seat.seat_number}</b>
              <span>{formatMoney(seat.price, reservation.currency)}</span>
            </li>
          ))}
        </ul>
      </div>
      <div className="ticket__stub">
        <p className="ticket__number">No. {reservation.id}</p>
        <p className="ticket__total tabular">
          {formatMoney(reservation.total_price, reservation.currency)}
        </p>
        {isCancelled ? (
          <p className="ticket__note">
            {reservation.cancelled_at !== null && `on ${formatDateTime(reservation.cancelled_at)}`}
          </p>
        ) : (
          <>
            <p className="ticket__note">Payment by {reservation.payment_method}</p>
            <Button
              onClick={() => {
                setAsking(true);
              }}
            >
              Cancel<span className="visually-hidden"> reservation {reservation.id}</span>
            </Button>
          </>
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
