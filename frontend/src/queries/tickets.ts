import { queryOptions } from '@tanstack/react-query';

import { fetchTicket } from '@/api/tickets';

/** Asked anew each time that somebody stands at the door: what was true earlier lets nobody in. */
export const ticketQuery = (code: string) =>
  queryOptions({
    queryKey: ['tickets', code],
    queryFn: ({ signal }) => fetchTicket(code, signal),
    staleTime: 0,
    gcTime: 0,
  });
