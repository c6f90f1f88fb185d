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
import { formatMoney } from '@/i18n/money';

interface QuickActionsProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: (sentence: string) => void;
}

/** Mails the booking again, at once. */
export function MailAgain({ event, booking, onDone }: QuickActionsProps) {
  const send = useBookingChange(event.id, sendAgain, () => {
    onDone(t('bookings:wasSent'));
  });
  const isTooOften = send.error !== null && toApiError(send.error).status === 429;
  return (
    <>
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
        <ErrorNote error={send.error} />
      )}
    </>
  );
}

interface AskingProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: () => void;
  readonly onDismiss: () => void;
}

/** Asks before a booking is marked as paid. */
export function MarkingPaid({ event, booking, onDone, onDismiss }: AskingProps) {
  const pay = useBookingChange(event.id, markPaid, onDone);
  return (
    <QuestionDialog
      title={t('bookings:markPaidTitle', { id: booking.id })}
      lead={[
        t('bookings:markPaidLead', { amount: formatMoney(booking.total_price, booking.currency) }),
        isMailed(booking)
          ? t('bookings:markPaidMail', { email: booking.buyer.email })
          : t('bookings:markNoMail'),
      ].join(' ')}
      confirmLabel={t('bookings:markPaid')}
      busy={pay.isPending}
      error={pay.error}
      onConfirm={() => {
        pay.mutate(booking.id);
      }}
      onDismiss={onDismiss}
    />
  );
}

/** Asks before what the box office owes is marked as paid back. */
export function MarkingPaidBack({ event, booking, onDone, onDismiss }: AskingProps) {
  const payBack = useBookingChange(event.id, markPaidBack, onDone);
  return (
    <QuestionDialog
      title={t('bookings:markPaidBackTitle', { id: booking.id })}
      lead={[
        t('bookings:markPaidBackLead', {
          amount: formatMoney(booking.to_pay_back ?? '0', booking.currency),
        }),
        isMailed(booking)
          ? t('bookings:markPaidBackMail', { email: booking.buyer.email })
          : t('bookings:markNoMail'),
      ].join(' ')}
      confirmLabel={t('bookings:markPaidBack')}
      busy={payBack.isPending}
      error={payBack.error}
      onConfirm={() => {
        payBack.mutate(booking.id);
      }}
      onDismiss={onDismiss}
    />
  );
}

function isMailed({ buyer }: Booking): boolean {
  return buyer.email !== '';
}

/** Asks before a booking is cancelled. */
export function Cancelling({ event, booking, onDone, onDismiss }: AskingProps) {
  const cancel = useBookingChange(event.id, cancelReservation, onDone);
  return (
    <QuestionDialog
      title={t('bookings:cancelTitle', { id: booking.id })}
      lead={[
        t('bookings:cancelLead', {
          count: booking.seat_details.length,
          seats: seatsInWords(booking.seat_details),
        }),
        givenBackText(booking),
      ].join(' ')}
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

/** What the buyer gets back, and how, when a booking is cancelled: asked with, and told after. */
export function givenBackText({ if_cancelled: givenBack, currency }: Booking): string {
  if (givenBack === null) return '';
  const amounts = [
    ['bookings:givenBack_refunded', givenBack.refunded],
    ['bookings:givenBack_paidBack', givenBack.paid_back],
  ] as const;
  const sentences = amounts.flatMap(([key, amount]) =>
    Number(amount) > 0 ? [t(key, { amount: formatMoney(amount, currency) })] : [],
  );
  return sentences.length === 0 ? t('bookings:givenBack_nothing') : sentences.join(' ');
}
