import {
  type Query,
  type QueryClient,
  queryOptions,
  skipToken,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';

import { fetchMe, signOut } from '@/api/session';
import type { Me } from '@/api/types';

const ME_KEY = ['me'] as const;

/** Whether a session ended here without the user signing out. */
const sessionExpiredQuery = queryOptions({
  queryKey: [...ME_KEY, 'ended'],
  queryFn: skipToken,
  initialData: false,
  staleTime: Infinity,
});

export const meQuery = queryOptions({
  queryKey: ME_KEY,
  queryFn: async ({ client, signal }) => {
    const before = client.getQueryData<Me | null>(ME_KEY) ?? null;
    const now = await fetchMe(signal);
    if (now !== null || before !== null) {
      client.setQueryData(sessionExpiredQuery.queryKey, now === null);
    }
    return now;
  },
  staleTime: 60_000,
});

/** The signed-in user; null if anonymous, undefined while loading. */
export function useMe() {
  return useQuery(meQuery).data;
}

/** Whether to show that the session expired. */
export function useSessionExpired(): boolean {
  return useQuery(sessionExpiredQuery).data === true;
}

export function useSignOut() {
  return useEndSession(signOut);
}

export function useEndSession<Given = void>(mutationFn: (given: Given) => Promise<void>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    retry: false,
    onSuccess: async () => {
      queryClient.setQueryData(meQuery.queryKey, null);
      queryClient.setQueryData(sessionExpiredQuery.queryKey, false);
      await queryClient.resetQueries({ predicate: isNotMe });
    },
  });
}

/** Refetch the user, who may have changed in another tab. */
export async function reloadSession(queryClient: QueryClient): Promise<void> {
  const before = queryClient.getQueryData(meQuery.queryKey);
  const now = await queryClient.query({ ...meQuery, staleTime: 0 });
  if (before?.user_id !== now?.user_id) await queryClient.resetQueries({ predicate: isNotMe });
}

/** Data of one user must not be shown to the next. */
export function isNotMe({ queryKey }: Query): boolean {
  return queryKey[0] !== ME_KEY[0];
}
