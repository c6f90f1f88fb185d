import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { cancelReservation } from '@/api/reservations';
import type { Reservation } from '@/api/types';
import { type Tone, useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { seatsInWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { EVENTS_KEY } from '@/queries/events';
import { reservationQuery, reservationsQuery } from '@/queries/reservations';

/** Paid online, and at the box office. */
const PAID: ReadonlySet<Reservation['payment_status']> = new Set(['captured', 'paid']);

interface CancelDialogProps {
  readonly reservation: Reservation;
  /** Of the success announcement. */
  readonly tone: Tone;
  readonly onCancelled?: () => void;
  readonly onClose: () => void;
}

export function CancelDialog({ reservation, tone, onCancelled, onClose }: CancelDialogProps) {
  const cancel = useCancel(reservation, tone, () => {
    onCancelled?.();
    onClose();
  });
  const error = cancel.error === null ? null : toApiError(cancel.error);
  const isTooLate = error?.code === 'cancellation_closed';

  return (
    <Dialog title={t('reservations:cancelTitle')} onDismiss={onClose}>
      <p className="dialog__lead">
        {t('reservations:cancelLead', {
          event: reservation.event_name,
          seats: seatsInWords(reservation.seat_details),
        })}
        {PAID.has(reservation.payment_status) &&
          ` ${t('reservations:refundPromise', {
            amount: formatMoney(reservation.total_price, reservation.currency),
          })}`}
      </p>
      <div role="alert">{error !== null && <p className="dialog__error">{error.message}</p>}</div>
      <div className="dialog__actions">
        <Button onClick={onClose}>
          {t(isTooLate ? 'reservations:close' : 'reservations:keepIt')}
        </Button>
        {!isTooLate && (
          <Button
            look="danger"
            busy={cancel.isPending}
            onClick={() => {
              cancel.mutate();
            }}
          >
            {t('reservations:cancelReservation')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function useCancel({ id }: Reservation, tone: Tone, onCancelled: () => void) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const [idempotencyKey] = useState(() => createReusableKey());
  return useMutation({
    mutationFn: () => cancelReservation(id, idempotencyKey.keyFor('cancel')),
    onSuccess: ({ reservation: cancelled }) => {
      queryClient.setQueryData(reservationsQuery.queryKey, (before) =>
        before?.map((one) => (one.id === cancelled.id ? cancelled : one)),
      );
      queryClient.setQueryData(reservationQuery(id).queryKey, cancelled);
      void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      announce(cancelledSentence(cancelled), tone);
      onCancelled();
    },
    onError: (cause) => {
      if (toApiError(cause).isOutcomeUnknown) return;
      idempotencyKey.settled();
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    },
  });
}

/** What is given back, and how: by the payment provider, at the box office, or both. */
function cancelledSentence(reservation: Reservation): string {
  const { payment_status: payment, total_price: total, to_pay_back: owed, currency } = reservation;
  const amount = formatMoney((Number(total) - Number(owed ?? 0)).toFixed(2), currency);
  const sentences = [t('reservations:wasCancelled')];
  if (payment === 'refunded') sentences.push(t('reservations:wasRefunded', { amount }));
  if (payment === 'refund_due') sentences.push(t('reservations:refundOnItsWay', { amount }));
  if (owed !== null) {
    sentences.push(t('reservations:toPayBack', { amount: formatMoney(owed, currency) }));
  }
  return sentences.join(' ');
}
