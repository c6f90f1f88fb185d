import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { OwnTimeLeft } from '@/features/seats/OwnTimeLeft';
import { basketOf } from '@/features/seats/basket/basketOf';
import { seatPlace } from '@/features/seats/seatPlace';
import { refusalSentence } from '@/features/seats/refusals';
import { toApiError } from '@/lib/api/apiError';
import { newIdempotencyKey } from '@/lib/api/idempotencyKey';
import { reserveSeats } from '@/lib/api/seats';
import type { EventDetail, PaymentMethod, Reservation } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';
import { eventsQuery } from '@/lib/queries/events';
import { reservationsQuery } from '@/lib/queries/reservations';
import type { MapSeat } from '@/lib/seatmap/seats';
import type { SeatMapStore } from '@/lib/seatmap/store';

interface ReviewDialogProps {
  readonly event: EventDetail;
  readonly seats: readonly MapSeat[];
  readonly store: SeatMapStore;
  readonly onClose: () => void;
  readonly onReserved: (reservation: Reservation) => void;
}

const METHODS: readonly (readonly [PaymentMethod, string, string])[] = [
  ['card', 'Card', 'Pay now'],
  ['invoice', 'Invoice', 'Pay later'],
  ['cash', 'Cash', 'Pay at the venue'],
];

export function ReviewDialog({ event, seats, store, onClose, onReserved }: ReviewDialogProps) {
  const [method, setMethod] = useState<PaymentMethod>('card');
  const reserve = useReserve(event.id, store, onReserved);
  const { total, firstDeadline } = basketOf(seats);
  const error = reserve.error === null ? null : toApiError(reserve.error);

  if (seats.length === 0) {
    return (
      <Dialog title="Your hold has run out" onDismiss={onClose}>
        <p className="dialog__lead">
          {error === null ? 'The seats are open to everyone again.' : refusalSentence(error)}{' '}
          Nothing has been reserved.
        </p>
        <div className="dialog__actions">
          <Button look="primary" onClick={onClose}>
            Choose again
          </Button>
        </div>
      </Dialog>
    );
  }

  return (
    <Dialog title="Review your seats" onDismiss={onClose}>
      <p className="dialog__lead">
        {event.name}
        {firstDeadline !== null && (
          <>
            {' · held for '}
            <OwnTimeLeft until={firstDeadline} clock={store.clock} />
          </>
        )}
      </p>
      <form
        onSubmit={(submit) => {
          submit.preventDefault();
          reserve.mutate({
            seatIds: seats.map(({ facts }) => facts.id),
            method,
            key: newIdempotencyKey(),
          });
        }}
      >
        <table className="review">
          <tbody>
            {seats.map(({ facts }) => (
              <tr key={facts.id}>
                <th scope="row">
                  {facts.seatNumber} <small>{seatPlace(facts, event.categories)}</small>
                </th>
                <td className="tabular">{formatMoney(facts.price, event.currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className="tabular">{formatMoney(total, event.currency)}</td>
            </tr>
          </tfoot>
        </table>
        <fieldset className="methods">
          <legend>How would you like to pay?</legend>
          {METHODS.map(([value, label, note]) => (
            <label key={value} className="methods__choice">
              <input
                type="radio"
                name="payment_method"
                value={value}
                checked={value === method}
                onChange={() => {
                  setMethod(value);
                }}
              />
              <span>
                <b>{label}</b>
                <small>{note}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <div role="alert">
          {error !== null && <p className="dialog__error">{refusalSentence(error)}</p>}
        </div>
        <div className="dialog__actions">
          <Button onClick={onClose}>Back to the map</Button>
          <Button look="primary" type="submit" busy={reserve.isPending}>
            Confirm · {formatMoney(total, event.currency)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ReserveCommand {
  readonly seatIds: readonly number[];
  readonly method: PaymentMethod;
  readonly key: string;
}

function useReserve(
  eventId: number,
  store: SeatMapStore,
  onReserved: (reservation: Reservation) => void,
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ seatIds, method, key }: ReserveCommand) =>
      reserveSeats(eventId, seatIds, method, key),
    onMutate: ({ seatIds }) => {
      store.dispatch({ type: 'commandStarted', kind: 'reserve', seatIds });
    },
    onSuccess: ({ reservation }, { seatIds }) => {
      store.dispatch({ type: 'commandSettled', seatIds, outcome: { kind: 'reserved' } });
      void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: eventsQuery.queryKey });
      onReserved(reservation);
    },
    onError: (cause, { seatIds }) => {
      store.dispatch({ type: 'commandSettled', seatIds, outcome: { kind: 'refused' } });
      const faults = toApiError(cause).conflicts.map(({ seatId }) => seatId);
      if (faults.length > 0) store.dispatch({ type: 'notHeld', seatIds: faults });
      else store.dispatch({ type: 'locksDoubted' });
    },
  });
}
