import { queryOptions } from '@tanstack/react-query';

import { fetchReservations } from '@/lib/api/reservations';

export const reservationsQuery = queryOptions({
  queryKey: ['reservations'],
  queryFn: ({ signal }) => fetchReservations(signal),
});
