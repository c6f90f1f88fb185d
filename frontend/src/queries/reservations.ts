import { queryOptions } from '@tanstack/react-query';

import { fetchReservation, fetchReservations } from '@/api/reservations';
import { isPaymentMoving } from '@/domain/payments';

const LOOK_AGAIN_MS = 10_000;

export const reservationsQuery = queryOptions({
  queryKey: ['reservations'],
  queryFn: ({ signal }) => fetchReservations(signal),
  refetchInterval: ({ state }) =>
    state.data?.some(isPaymentMoving) === true ? LOOK_AGAIN_MS : false,
});

export const reservationQuery = (reservationId: string) =>
  queryOptions({
    queryKey: ['reservations', reservationId],
    queryFn: ({ signal }) => fetchReservation(reservationId, signal),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isPaymentMoving(state.data) ? LOOK_AGAIN_MS : false,
  });
