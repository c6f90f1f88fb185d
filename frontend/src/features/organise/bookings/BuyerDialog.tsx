import { useState } from 'react';

import { changeBuyer, type NewBuyer } from '@/api/bookings';
import type { Booking, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { BuyerFields } from '@/features/organise/bookings/BuyerFields';
import { useBookingChange } from '@/features/organise/bookings/useBookingChange';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';

interface BuyerDialogProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: () => void;
  readonly onDismiss: () => void;
}

/** Changes the name and the address of a booking. */
export function BuyerDialog({ event, booking, onDone, onDismiss }: BuyerDialogProps) {
  const { buyer } = booking;
  const [wanted, setWanted] = useState<NewBuyer>(buyer);
  const change = useBookingChange(
    event.id,
    (changed: Partial<NewBuyer>) => changeBuyer(booking.id, changed),
    onDone,
  );

  /** What is left as it is may be the account's, and stays so. */
  function save() {
    const [name, email] = [wanted.name.trim(), wanted.email.trim()];
    change.mutate({
      ...(name !== buyer.name && { name }),
      ...(email !== buyer.email && { email }),
    });
  }

  return (
    <OrganiserDialog
      title={t('bookings:buyerTitle', { id: booking.id })}
      lead={t('bookings:buyerLead')}
      onDismiss={onDismiss}
    >
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          save();
        }}
      >
        <BuyerFields buyer={wanted} error={change.error} onChange={setWanted} />
        <ErrorNote error={change.error} />
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('organisations:cancel')}</Button>
          <Button look="primary" type="submit" busy={change.isPending}>
            {t('bookings:buyerSave')}
          </Button>
        </div>
      </form>
    </OrganiserDialog>
  );
}
