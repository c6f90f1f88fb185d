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
        {reservation.payment_status === 'captured' &&
          ` ${t('reservations:refundPromise', { amount: amountOf(reservation) })}`}
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

function cancelledSentence(reservation: Reservation): string {
  const cancelled = t('reservations:wasCancelled');
  const { payment_status: payment } = reservation;
  const amount = amountOf(reservation);
  if (payment === 'refunded') return `${cancelled} ${t('reservations:wasRefunded', { amount })}`;
  if (payment === 'refund_due') {
    return `${cancelled} ${t('reservations:refundOnItsWay', { amount })}`;
  }
  return cancelled;
}

function amountOf({ total_price: total, currency }: Reservation): string {
  return formatMoney(total, currency);
}
