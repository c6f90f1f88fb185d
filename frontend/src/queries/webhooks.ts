import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import {
  DELIVERIES_AT_ONCE,
  type DeliveryState,
  fetchDeliveries,
  fetchFeedIsOpen,
  fetchWebhooks,
} from '@/api/webhooks';
import { ORGANISATIONS_KEY } from '@/queries/organisations';

/** Deliveries change by themselves while the page is open. */
const REFRESH_MS = 5_000;

/** What all queries about an organisation's webhooks begin with. */
export function webhooksKey(organisationId: number) {
  return [...ORGANISATIONS_KEY, organisationId, 'webhooks'] as const;
}

export const webhooksQuery = (organisationId: number) =>
  queryOptions({
    queryKey: [...webhooksKey(organisationId), 'all'],
    queryFn: ({ signal }) => fetchWebhooks(organisationId, signal),
    refetchInterval: REFRESH_MS,
  });

export const feedQuery = (organisationId: number) =>
  queryOptions({
    queryKey: [...webhooksKey(organisationId), 'feed'],
    queryFn: ({ signal }) => fetchFeedIsOpen(organisationId, signal),
  });

export const deliveriesQuery = (
  organisationId: number,
  webhookId: number,
  state: DeliveryState | null,
) =>
  infiniteQueryOptions({
    queryKey: [...webhooksKey(organisationId), webhookId, 'deliveries', state],
    queryFn: ({ signal, pageParam }) =>
      fetchDeliveries(organisationId, webhookId, { state, before: pageParam }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (page) =>
      page.length < DELIVERIES_AT_ONCE ? null : (page.at(-1)?.id ?? null),
    refetchInterval: REFRESH_MS,
  });
