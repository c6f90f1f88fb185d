import { queryOptions } from '@tanstack/react-query';

import { fetchTicket } from '@/api/tickets';

/** Never cached: door staff need the current state. */
export const ticketQuery = (code: string) =>
  queryOptions({
    queryKey: ['tickets', code],
    queryFn: ({ signal }) => fetchTicket(code, signal),
    staleTime: 0,
    gcTime: 0,
  });
