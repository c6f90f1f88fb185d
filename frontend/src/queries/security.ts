import { queryOptions } from '@tanstack/react-query';

import { fetchSecondFactor, fetchSessions } from '@/api/secondFactor';

export const secondFactorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: ({ signal }) => fetchSecondFactor(signal),
});

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => fetchSessions(signal),
});
