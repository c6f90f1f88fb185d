import { useNavigate } from 'react-router';

import type { Reservation, ReservedAnswer } from '@/api/types';
import { Button } from '@/components/Button';
import { CheckMark } from '@/components/CheckMark';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import { isUnpaid, paymentText } from '@/domain/payments';
import { seatsInWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';
import { reservationPath } from '@/paths';

interface ConfirmedDialogProps {
  readonly answer: ReservedAnswer;
  readonly onClose: () => void;
}

export function ConfirmedDialog({ answer, onClose }: ConfirmedDialogProps) {
  const navigate = useNavigate();
  const { reservation, mailed_to: address } = answer;
  const { seat_details: seats } = reservation;
  return (
    <Dialog title={t('checkout:confirmed')} art={<CheckMark />} opensByItself onDismiss={onClose}>
      <p className="dialog__lead">
        <Trans
          i18nKey="checkout:confirmed_lead"
          count={seats.length}
          parts={{
            list: <b>{seatsInWords(seats)}</b>,
            event: reservation.event_name,
            when: formatDateTime(reservation.date, reservation.time_zone),
            total: formatMoney(reservation.total_price, reservation.currency),
            number: reservation.id,
          }}
        />{' '}
        {paymentNote(reservation)}
      </p>
      <p className="dialog__lead">{mailNote(reservation, address)}</p>
      <div className="dialog__actions">
        <Button look="plain" onClick={onClose}>
          {t('checkout:confirmed_stay')}
        </Button>
        <Button
          onClick={() => {
            void navigate('/reservations');
          }}
        >
          {t('checkout:myReservations')}
        </Button>
        <Button
          look="primary"
          data-initial-focus
          onClick={() => {
            void navigate(reservationPath(reservation.id));
          }}
        >
          <Icon name="ticket" />
          {t(isUnpaid(reservation) ? 'reservations:showBooking' : 'reservations:showTicket')}
        </Button>
      </div>
    </Dialog>
  );
}

/** Where the tickets went, or the confirmation of what is still to be paid. */
function mailNote(reservation: Reservation, address: string): string {
  if (address === '') return t('checkout:confirmed_unmailed');
  return t(isUnpaid(reservation) ? 'checkout:confirmed_mailed' : 'checkout:confirmed_tickets', {
    address,
  });
}

/** A note if something is still to be paid. */
function paymentNote(reservation: Reservation): string {
  return isUnpaid(reservation) || reservation.payment_status === null
    ? t('checkout:confirmed_payment', { payment: paymentText(reservation) })
    : '';
}
