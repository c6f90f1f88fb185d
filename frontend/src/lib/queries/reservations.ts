import { queryOptions } from '@tanstack/react-query';

import { fetchReservations } from '@/lib/api/reservations';
import { isPaymentMoving } from '@/lib/payments';

const LOOK_AGAIN_MS = 10_000;

export const reservationsQuery = queryOptions({
  queryKey: ['reservations'],
  queryFn: ({ signal }) => fetchReservations(signal),
  refetchInterval: ({ state }) =>
    state.data?.some(isPaymentMoving) === true ? LOOK_AGAIN_MS : false,
});
