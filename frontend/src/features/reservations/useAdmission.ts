import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { type ApiError, toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { admit, type Scan } from '@/api/tickets';
import type { AdmittedSeat, Ticket } from '@/api/types';
import type { Scanned } from '@/features/reservations/TicketVerdict';
import { ticketQuery } from '@/queries/tickets';

export interface Admission {
  readonly scanned: Scanned | null;
  /** Set if the outcome is unknown; sending the same scan again is safe. */
  readonly undecided: ApiError | null;
  readonly isBusy: boolean;
  readonly send: (scan: Scan) => void;
}

/** Admit seats by one ticket, and keep the result. */
export function useAdmission(code: string): Admission {
  const queryClient = useQueryClient();
  const [idempotencyKey] = useState(() => createReusableKey());
  const [scanned, setScanned] = useState<Scanned | null>(null);
  const mutation = useMutation({
    mutationFn: (scan: Scan) => admit(code, scan, idempotencyKey.keyFor(JSON.stringify(scan))),
    onMutate: () => {
      setScanned(null);
    },
    onSuccess: ({ admitted }) => {
      idempotencyKey.settled();
      setScanned({ kind: 'admitted', seats: admitted });
      updateTicket(admitted);
    },
    onError: (cause) => {
      const error = toApiError(cause);
      if (error.isOutcomeUnknown) return;
      idempotencyKey.settled();
      setScanned({ kind: 'refused', error });
      updateTicket(error.entries);
    },
  });

  function updateTicket(entries: readonly AdmittedSeat[]): void {
    queryClient.setQueryData(ticketQuery(code).queryKey, (ticket) =>
      ticket === undefined ? ticket : withEntries(ticket, entries),
    );
  }

  const failed = mutation.error === null ? null : toApiError(mutation.error);
  return {
    scanned,
    undecided: failed?.isOutcomeUnknown === true ? failed : null,
    isBusy: mutation.isPending,
    send: (scan) => {
      mutation.mutate(scan);
    },
  };
}

function withEntries(ticket: Ticket, entries: readonly AdmittedSeat[]): Ticket {
  const bySeat = new Map(entries.map((entry) => [entry.seat_id, entry]));
  const seats = ticket.reservation.seat_details.map((seat) => {
    const entry = bySeat.get(seat.seat_id);
    return entry === undefined ? seat : { ...seat, entry: { at: entry.at, gate: entry.gate } };
  });
  const isUsed = seats.every((seat) => seat.entry !== null);
  return {
    ...ticket,
    ...(isUsed && ticket.admits && { admits: false, reason: 'used' as const }),
    reservation: { ...ticket.reservation, seat_details: seats },
  };
}
