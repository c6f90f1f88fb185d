import { useState } from 'react';

import { toApiError } from '@/api/apiError';
import { changeBuyer, type NewBuyer } from '@/api/bookings';
import type { Booking, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
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
  const [name, setName] = useState(buyer.name);
  const [email, setEmail] = useState(buyer.email);
  const change = useBookingChange(
    event.id,
    (wanted: Partial<NewBuyer>) => changeBuyer(booking.id, wanted),
    onDone,
  );
  const errors = change.error === null ? null : toApiError(change.error).fields;

  /** What is left as it is may be the account's, and stays so. */
  function save() {
    const [newName, newEmail] = [name.trim(), email.trim()];
    change.mutate({
      ...(newName !== buyer.name && { name: newName }),
      ...(newEmail !== buyer.email && { email: newEmail }),
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
        <div className="booking-split__buyer">
          <Field
            label={t('bookings:name')}
            value={name}
            maxLength={150}
            autoComplete="off"
            errors={errors?.get('buyer_name') ?? []}
            onChange={({ target }) => {
              setName(target.value);
            }}
          />
          <Field
            label={t('bookings:email')}
            type="email"
            value={email}
            maxLength={254}
            autoComplete="off"
            errors={errors?.get('buyer_email') ?? []}
            onChange={({ target }) => {
              setEmail(target.value);
            }}
          />
        </div>
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
