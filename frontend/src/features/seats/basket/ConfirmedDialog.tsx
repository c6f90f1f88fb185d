import { useNavigate } from 'react-router';

import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import type { Reservation } from '@/lib/api/types';
import { listOf } from '@/lib/i18n/language';
import { formatMoney } from '@/lib/money';
import { paymentInWords } from '@/lib/payments';
import { formatDateTime } from '@/lib/time';

interface ConfirmedDialogProps {
  readonly reservation: Reservation;
  readonly onClose: () => void;
}

const CHECK = (
  <svg className="confirmed" viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
    <circle className="confirmed__disc" cx="32" cy="32" r="30" />
    <path className="confirmed__check" d="M20 33l8.5 8.5L45 24" />
  </svg>
);

export function ConfirmedDialog({ reservation, onClose }: ConfirmedDialogProps) {
  const navigate = useNavigate();
  const { seats } = reservation;
  return (
    <Dialog title="Reservation confirmed!" art={CHECK} onDismiss={onClose}>
      <p className="dialog__lead">
        {seats.length === 1 ? 'Seat' : 'Seats'} <b>{listOf(seats)}</b> for {reservation.event_name},{' '}
        {formatDateTime(reservation.date)}. Total{' '}
        {formatMoney(reservation.total_price, reservation.currency)}, reservation no.{' '}
        {reservation.id}. {paymentNote(reservation)}
      </p>
      <div className="dialog__actions">
        <Button onClick={onClose}>Stay here</Button>
        <Button
          look="primary"
          data-initial-focus
          onClick={() => {
            void navigate('/reservations');
          }}
        >
          My reservations
        </Button>
      </div>
    </Dialog>
  );
}

/** What is left to be done about the money; nothing, once it is on its way. */
function paymentNote(reservation: Reservation): string {
  return reservation.payment_status === null ? `${paymentInWords(reservation)}.` : '';
}
