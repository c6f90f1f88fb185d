import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { newIdempotencyKey } from '@/lib/api/idempotencyKey';
import { cancelReservation } from '@/lib/api/reservations';
import type { Reservation } from '@/lib/api/types';
import { eventsQuery } from '@/lib/queries/events';
import { reservationsQuery } from '@/lib/queries/reservations';

interface CancelDialogProps {
  readonly reservation: Reservation;
  readonly onClose: () => void;
}

export function CancelDialog({ reservation, onClose }: CancelDialogProps) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const [key] = useState(() => newIdempotencyKey());
  const cancel = useMutation({
    mutationFn: () => cancelReservation(reservation.id, key),
    onSuccess: ({ reservation: cancelled }) => {
      queryClient.setQueryData(reservationsQuery.queryKey, (before) =>
        before?.map((one) => (one.id === cancelled.id ? cancelled : one)),
      );
      void queryClient.invalidateQueries({ queryKey: eventsQuery.queryKey });
      announce('Reservation cancelled. Its seats are free for others again.', 'good');
      onClose();
    },
  });

  return (
    <Dialog title="Cancel this reservation?" onDismiss={onClose}>
      <p className="dialog__lead">
        {reservation.event_name}, {seatsInWords(reservation.seats)}. The seats go back on sale at
        once, and somebody else may take them.
      </p>
      <div role="alert">
        {cancel.error !== null && <p className="dialog__error">{cancel.error.message}</p>}
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          look="danger"
          busy={cancel.isPending}
          onClick={() => {
            cancel.mutate();
          }}
        >
          Cancel reservation
        </Button>
      </div>
    </Dialog>
  );
}

function seatsInWords(seats: readonly string[]): string {
  return seats.length === 1 ? `seat ${seats.join()}` : `seats ${seats.join(', ')}`;
}
