import { useState } from 'react';
import { createPortal } from 'react-dom';

import type { Booking } from '@/api/types';
import { Button } from '@/components/Button';
import { QrCode } from '@/components/QrCode';
import { seatWords } from '@/domain/seatWords';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';
import { ticketPath } from '@/paths';

interface PrintDialogProps {
  readonly booking: Booking;
  readonly onDismiss: () => void;
}

const LOOKS = ['printSheets', 'printReceipt'] as const;

/** Prints a ticket for each seat, each with its own code. */
export function PrintDialog({ booking, onDismiss }: PrintDialogProps) {
  const [look, setLook] = useState<(typeof LOOKS)[number]>('printSheets');
  return (
    <OrganiserDialog title={t('bookings:print')} onDismiss={onDismiss}>
      <fieldset className="booking-move__old">
        {LOOKS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="look"
              checked={look === each}
              onChange={() => {
                setLook(each);
              }}
            />
            {t(`bookings:${each}`)}
          </label>
        ))}
      </fieldset>
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('organisations:cancel')}</Button>
        <Button
          look="primary"
          onClick={() => {
            print();
          }}
        >
          {t('bookings:printing')}
        </Button>
      </div>
      {createPortal(<Tickets booking={booking} look={look} />, document.body)}
    </OrganiserDialog>
  );
}

interface TicketsProps {
  readonly booking: Booking;
  readonly look: (typeof LOOKS)[number];
}

/** Only on paper: the print stylesheet hides everything else while it is in the page. */
function Tickets({ booking, look }: TicketsProps) {
  return (
    <div className="printed" data-look={look}>
      {booking.seat_details.map((seat) => (
        <article key={seat.seat_id} className="printed__ticket">
          <h2>{booking.event_name}</h2>
          <p>
            {formatDateTime(booking.date, booking.time_zone)}
            <br />
            {booking.venue}
          </p>
          <QrCode
            text={`${location.origin}${ticketPath(`${booking.ticket_code}.${seat.seat_id}`)}`}
            label={t('bookings:qrLabel', { seat: seatWords(seat) })}
          />
          <p className="printed__seat">{seatWords(seat)}</p>
          <p>
            {seat.ticket_type} {formatMoney(seat.price, booking.currency)}
            <br />
            {booking.buyer.name}
            <br />
            <small>
              {booking.ticket_code}.{seat.seat_id}
            </small>
          </p>
        </article>
      ))}
    </div>
  );
}
