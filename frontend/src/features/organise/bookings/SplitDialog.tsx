import { useState } from 'react';

import { type NewBuyer, splitBooking } from '@/api/bookings';
import type { Booking, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { BuyerFields } from '@/features/organise/bookings/BuyerFields';
import { useBookingChange } from '@/features/organise/bookings/useBookingChange';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface SplitDialogProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  /** Gets the number of the new booking, and whether the buyers of both are mailed. */
  readonly onDone: (made: string, isBuyerMailed: boolean) => void;
  readonly onDismiss: () => void;
}

interface Wanted extends NewBuyer {
  readonly seatIds: readonly number[];
}

const NOBODY: NewBuyer = { name: '', email: '' };

/** Makes a booking of its own of some seats. */
export function SplitDialog({ event, booking, onDone, onDismiss }: SplitDialogProps) {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [buyer, setBuyer] = useState(NOBODY);
  const split = useBookingChange(
    event.id,
    ({ seatIds, ...owner }: Wanted, key) => splitBooking(booking.id, seatIds, owner, key),
    ({ made, isBuyerMailed }) => {
      onDone(made.id, isBuyerMailed);
    },
  );
  const isPossible = chosen.size > 0 && chosen.size < booking.seat_details.length;
  return (
    <OrganiserDialog
      title={t('bookings:splitTitle', { id: booking.id })}
      lead={t('bookings:splitLead')}
      onDismiss={onDismiss}
    >
      <fieldset className="booking-move__old">
        <legend>{t('bookings:seats')}</legend>
        {booking.seat_details.map((seat) => (
          <label key={seat.seat_id}>
            <input
              type="checkbox"
              checked={chosen.has(seat.seat_id)}
              onChange={({ target }) => {
                const next = new Set(chosen);
                if (target.checked) next.add(seat.seat_id);
                else next.delete(seat.seat_id);
                setChosen(next);
              }}
            />
            <b>{seat.seat_number}</b> {seat.ticket_type}{' '}
            <span className="tabular">{formatMoney(seat.price, booking.currency)}</span>
          </label>
        ))}
      </fieldset>
      <BuyerFields
        buyer={buyer}
        emailHint={t('bookings:emailHint')}
        error={split.error}
        onChange={setBuyer}
      />
      <ErrorNote error={split.error} />
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('organisations:cancel')}</Button>
        <Button
          look="primary"
          busy={split.isPending || !isPossible}
          onClick={() => {
            split.mutate({
              seatIds: [...chosen],
              name: buyer.name.trim(),
              email: buyer.email.trim(),
            });
          }}
        >
          {t('bookings:split')}
        </Button>
      </div>
    </OrganiserDialog>
  );
}
