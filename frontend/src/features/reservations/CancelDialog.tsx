import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { toApiError } from '@/lib/api/apiError';
import { createIntentKey } from '@/lib/api/intentKey';
import { cancelReservation } from '@/lib/api/reservations';
import type { Reservation } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';
import { eventsQuery } from '@/lib/queries/events';
import { reservationsQuery } from '@/lib/queries/reservations';

interface CancelDialogProps {
  readonly reservation: Reservation;
  readonly onClose: () => void;
}

export function CancelDialog({ reservation, onClose }: CancelDialogProps) {
  const cancel = useCancel(reservation, onClose);
  const error = cancel.error === null ? null : toApiError(cancel.error);
  const isTooLate = error?.code === 'cancellation_closed';

  return (
    <Dialog title="Cancel this reservation?" onDismiss={onClose}>
      <p className="dialog__lead">
        {reservation.event_name}, {seatsInWords(reservation.seats)}. The seats go back on sale at
        once, and somebody else may take them.
        {reservation.payment_status === 'captured' && ` You get ${amountOf(reservation)} back.`}
      </p>
      <div role="alert">{error !== null && <p className="dialog__error">{error.message}</p>}</div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{isTooLate ? 'Close' : 'Keep it'}</Button>
        {!isTooLate && (
          <Button
            look="danger"
            busy={cancel.isPending}
            onClick={() => {
              cancel.mutate();
            }}
          >
            Cancel reservation
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function useCancel({ id }: Reservation, onCancelled: () => void) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const [intentKey] = useState(() => createIntentKey());
  return useMutation({
    mutationFn: () => cancelReservation(id, intentKey.keyFor('cancel')),
    onSuccess: ({ reservation: cancelled }) => {
      queryClient.setQueryData(reservationsQuery.queryKey, (before) =>
        before?.map((one) => (one.id === cancelled.id ? cancelled : one)),
      );
      void queryClient.invalidateQueries({ queryKey: eventsQuery.queryKey });
      announce(cancelledSentence(cancelled), 'good');
      onCancelled();
    },
    onError: (cause) => {
      if (toApiError(cause).isUndecided) return;
      intentKey.answered();
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    },
  });
}

function cancelledSentence(reservation: Reservation): string {
  const seats = 'Reservation cancelled. Its seats are free for others again.';
  const { payment_status: payment } = reservation;
  if (payment === 'refunded') return `${seats} ${amountOf(reservation)} has been refunded.`;
  if (payment === 'refund_due') return `${seats} ${amountOf(reservation)} is on its way back.`;
  return seats;
}

function amountOf({ total_price: total, currency }: Reservation): string {
  return formatMoney(total, currency);
}

function seatsInWords(seats: readonly string[]): string {
  return seats.length === 1 ? `seat ${seats.join()}` : `seats ${seats.join(', ')}`;
}
