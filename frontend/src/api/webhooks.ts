import { get, patch, post, put, remove } from '@/api/client';
import type { Delivery, MessageKind, Webhook, WebhookWithSecret } from '@/api/types';

export interface WebhookFields {
  readonly url: string;
  readonly description: string;
  readonly kinds: MessageKind[];
}

export type DeliveryState = Delivery['state'];

export async function fetchWebhooks(
  organisationId: number,
  signal: AbortSignal,
): Promise<Webhook[]> {
  return (await get(`organisations/${organisationId}/webhooks/`, { signal })).body;
}

/** Its secret is only in this response. */
export async function createWebhook(
  organisationId: number,
  fields: WebhookFields,
): Promise<WebhookWithSecret> {
  return post(`organisations/${organisationId}/webhooks/`, fields);
}

export async function changeWebhook(
  organisationId: number,
  id: number,
  fields: Partial<WebhookFields> & { readonly is_enabled?: boolean },
): Promise<Webhook> {
  return patch(`organisations/${organisationId}/webhooks/${id}/`, fields);
}

export async function deleteWebhook(organisationId: number, id: number): Promise<void> {
  await remove(`organisations/${organisationId}/webhooks/${id}/`);
}

/** The new secret is only in this response; the old one signs too for a day. */
export async function rotateSecret(organisationId: number, id: number): Promise<WebhookWithSecret> {
  return post(`organisations/${organisationId}/webhooks/${id}/secret/`);
}

export async function testWebhook(organisationId: number, id: number): Promise<Delivery> {
  return post(`organisations/${organisationId}/webhooks/${id}/test/`);
}

export const DELIVERIES_AT_ONCE = 20;

/** The newest deliveries, or those that are older than `before`. */
export async function fetchDeliveries(
  organisationId: number,
  id: number,
  { state, before }: { readonly state: DeliveryState | null; readonly before: number | null },
  signal: AbortSignal,
): Promise<Delivery[]> {
  const query = {
    limit: DELIVERIES_AT_ONCE,
    ...(state !== null && { state }),
    ...(before !== null && { before }),
  };
  const url = `organisations/${organisationId}/webhooks/${id}/deliveries/` as const;
  return (await get(url, { signal, query })).body;
}

export async function replayDelivery(
  organisationId: number,
  id: number,
  deliveryId: number,
): Promise<Delivery> {
  return post(`organisations/${organisationId}/webhooks/${id}/deliveries/${deliveryId}/replay/`);
}

/** Return how many are sent again. */
export async function replayFailed(organisationId: number, id: number): Promise<number> {
  return (await post(`organisations/${organisationId}/webhooks/${id}/replay/`)).replayed;
}

export async function fetchFeedIsOpen(
  organisationId: number,
  signal: AbortSignal,
): Promise<boolean> {
  const query = { limit: 1 };
  return (await get(`organisations/${organisationId}/feed/`, { signal, query })).body.is_open;
}

export async function openFeed(organisationId: number, isOpen: boolean): Promise<void> {
  await put(`organisations/${organisationId}/feed/`, { is_open: isOpen });
}
