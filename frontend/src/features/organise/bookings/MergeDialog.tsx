import { useState } from 'react';

import { toApiError } from '@/api/apiError';
import { mergeBookings } from '@/api/bookings';
import type { Booking, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { useBookingChange } from '@/features/organise/bookings/useBookingChange';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';

interface MergeDialogProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: (merged: { readonly isBuyerMailed: boolean }) => void;
  readonly onDismiss: () => void;
}

interface Wanted {
  readonly other: string;
  readonly isConfirmed: boolean;
}

/** Merges another booking into this one; if its buyer is another, only after a second click. */
export function MergeDialog({ event, booking, onDone, onDismiss }: MergeDialogProps) {
  const [other, setOther] = useState('');
  const merge = useBookingChange(
    event.id,
    ({ other: number, isConfirmed }: Wanted, key) =>
      mergeBookings(booking.id, number, isConfirmed, key),
    onDone,
  );
  const error = merge.error === null ? null : toApiError(merge.error);
  const isOther = error?.code === 'other_buyer';
  return (
    <OrganiserDialog
      title={t('bookings:mergeTitle', { id: booking.id })}
      lead={t('bookings:mergeLead')}
      onDismiss={onDismiss}
    >
      <Field
        label={t('bookings:otherNumber')}
        value={other}
        maxLength={20}
        autoComplete="off"
        errors={error?.fields.get('other') ?? []}
        onChange={({ target }) => {
          setOther(target.value);
          merge.reset();
        }}
      />
      <ErrorNote error={merge.error} />
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('organisations:cancel')}</Button>
        <Button
          look={isOther ? 'danger' : 'primary'}
          busy={merge.isPending || other.trim() === ''}
          onClick={() => {
            merge.mutate({ other: other.trim(), isConfirmed: isOther });
          }}
        >
          {isOther ? t('bookings:mergeAnyway') : t('bookings:merge')}
        </Button>
      </div>
    </OrganiserDialog>
  );
}
