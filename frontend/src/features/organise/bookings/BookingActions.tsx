import { toApiError } from '@/api/apiError';
import { markPaid, markPaidBack, sendAgain } from '@/api/bookings';
import { cancelReservation } from '@/api/reservations';
import type { Booking, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { seatsInWords } from '@/domain/seatWords';
import { useBookingChange } from '@/features/organise/bookings/useBookingChange';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { t } from '@/i18n/language';

interface QuickActionsProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: (sentence: string) => void;
}

/** What is done with one click: mark as paid, and mail again. */
export function QuickActions({ event, booking, onDone }: QuickActionsProps) {
  const pay = useBookingChange(event.id, markPaid, () => {
    onDone(t('bookings:wasPaid'));
  });
  const send = useBookingChange(event.id, sendAgain, () => {
    onDone(t('bookings:wasSent'));
  });
  const isTooOften = send.error !== null && toApiError(send.error).status === 429;
  return (
    <>
      {booking.payment_status === 'due' && (
        <Button
          busy={pay.isPending}
          onClick={() => {
            pay.mutate(booking.id);
          }}
        >
          {t('bookings:markPaid')}
        </Button>
      )}
      <Button
        busy={send.isPending}
        onClick={() => {
          send.mutate(booking.id);
        }}
      >
        {t('bookings:send')}
      </Button>
      {isTooOften ? (
        <p role="alert" className="dialog__error">
          {t('bookings:sendTooOften')}
        </p>
      ) : (
        <ErrorNote error={pay.error ?? send.error} />
      )}
    </>
  );
}

/** Marks what the box office owes as paid back. */
export function PayBack({ event, booking, onDone }: QuickActionsProps) {
  const payBack = useBookingChange(event.id, markPaidBack, () => {
    onDone(t('bookings:wasPaidBack'));
  });
  return (
    <>
      <Button
        busy={payBack.isPending}
        onClick={() => {
          payBack.mutate(booking.id);
        }}
      >
        {t('bookings:markPaidBack')}
      </Button>
      <ErrorNote error={payBack.error} />
    </>
  );
}

interface CancellingProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: () => void;
  readonly onDismiss: () => void;
}

/** Asks before a booking is cancelled. */
export function Cancelling({ event, booking, onDone, onDismiss }: CancellingProps) {
  const cancel = useBookingChange(event.id, cancelReservation, onDone);
  return (
    <QuestionDialog
      title={t('bookings:cancelTitle', { id: booking.id })}
      lead={t('bookings:cancelLead', { seats: seatsInWords(booking.seat_details) })}
      confirmLabel={t('bookings:cancel')}
      dismissLabel={t('bookings:keep')}
      busy={cancel.isPending}
      error={cancel.error}
      onConfirm={() => {
        cancel.mutate(booking.id);
      }}
      onDismiss={onDismiss}
    />
  );
}
