import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import type { Delivery, Webhook } from '@/api/types';
import { type DeliveryState, replayDelivery, replayFailed } from '@/api/webhooks';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Skeleton } from '@/components/Skeleton';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { deliveriesQuery, webhooksKey } from '@/queries/webhooks';

interface DeliveriesProps {
  readonly organisationId: number;
  readonly webhook: Webhook;
}

const STATES: readonly DeliveryState[] = ['failed', 'pending', 'delivered'];

/** What was sent to a webhook, newest first, with the last response to each message. */
export function Deliveries({ organisationId, webhook }: DeliveriesProps) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const selectId = useId();
  const [state, setState] = useState<DeliveryState | null>(null);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    deliveriesQuery(organisationId, webhook.id, state),
  );
  const deliveries = data?.pages.flat();
  const reload = () => queryClient.invalidateQueries({ queryKey: webhooksKey(organisationId) });
  const replayAll = useMutation({
    mutationFn: () => replayFailed(organisationId, webhook.id),
    retry: false,
    onSuccess: (count) => {
      announce(t('webhooks:replayedAll', { count }), 'good');
    },
    onSettled: reload,
  });
  const replay = useMutation({
    mutationFn: ({ id }: Delivery) => replayDelivery(organisationId, webhook.id, id),
    retry: false,
    onSuccess: () => {
      announce(t('webhooks:replayed'), 'good');
    },
    onSettled: reload,
  });
  return (
    <div className="deliveries">
      <div className="deliveries__head">
        <div className="field">
          <label className="field__label" htmlFor={selectId}>
            {t('webhooks:show')}
          </label>
          <select
            id={selectId}
            className="field__input"
            value={state ?? ''}
            onChange={({ target }) => {
              setState(STATES.find((each) => each === target.value) ?? null);
            }}
          >
            <option value="">{t('webhooks:show_all')}</option>
            {STATES.map((each) => (
              <option key={each} value={each}>
                {t(`webhooks:show_${each}`)}
              </option>
            ))}
          </select>
        </div>
        {webhook.is_enabled && webhook.failed > 0 && (
          <Button
            busy={replayAll.isPending}
            onClick={() => {
              replayAll.mutate();
            }}
          >
            {t('webhooks:replayAll')}
          </Button>
        )}
      </div>
      {deliveries === undefined && error === null && <Skeleton shape="card" />}
      {deliveries?.length === 0 && <p>{t('webhooks:noDeliveries')}</p>}
      {deliveries !== undefined && deliveries.length > 0 && (
        <ul
          className="deliveries__list"
          aria-label={t('webhooks:deliveriesOf', { url: webhook.url })}
        >
          {deliveries.map((delivery) => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              mayReplay={webhook.is_enabled && delivery.state !== 'pending'}
              isReplaying={replay.isPending && replay.variables.id === delivery.id}
              onReplay={() => {
                replay.mutate(delivery);
              }}
            />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('webhooks:more')}
        </Button>
      )}
      <ErrorNote error={error ?? replay.error ?? replayAll.error} />
    </div>
  );
}

interface DeliveryRowProps {
  readonly delivery: Delivery;
  readonly mayReplay: boolean;
  readonly isReplaying: boolean;
  readonly onReplay: () => void;
}

const TONES = { pending: 'off', delivered: 'good', failed: 'bad' } as const;

function DeliveryRow({ delivery, mayReplay, isReplaying, onReplay }: DeliveryRowProps) {
  return (
    <li className="deliveries__row">
      <details className="deliveries__details">
        <summary>
          <span className="webhooks__mark" data-tone={TONES[delivery.state]}>
            {t(`webhooks:delivery_${delivery.state}`)}
          </span>
          <span className="deliveries__what">
            <code>{delivery.kind}</code>
            <small>{facts(delivery)}</small>
          </span>
        </summary>
        <dl className="deliveries__exchange">
          <dt>{t('webhooks:messageId')}</dt>
          <dd>
            <code>{delivery.message_id}</code>
          </dd>
          <dt>{t('webhooks:request')}</dt>
          <dd>
            <pre>{indented(delivery.request)}</pre>
          </dd>
          {delivery.attempts > 0 && (
            <>
              <dt>{t('webhooks:response')}</dt>
              <dd>
                <pre>
                  {delivery.response === '' ? t('webhooks:emptyResponse') : delivery.response}
                </pre>
              </dd>
            </>
          )}
        </dl>
      </details>
      {mayReplay && (
        <Button
          aria-label={t('webhooks:replayOf', { id: delivery.message_id })}
          busy={isReplaying}
          onClick={onReplay}
        >
          {t('webhooks:replay')}
        </Button>
      )}
    </li>
  );
}

function facts(delivery: Delivery): string {
  const { attempts, status_code: status, duration_ms: ms, error, due_at: due } = delivery;
  return [
    formatDateTime(delivery.created_at),
    ...(attempts > 0 ? [t('webhooks:attempts', { count: attempts })] : []),
    ...(error === null ? [] : [t(`webhooks:error_${error}`)]),
    ...(status === null ? [] : [t('webhooks:status', { status })]),
    ...(ms === null ? [] : [t('webhooks:duration', { ms })]),
    ...(due === null || attempts === 0
      ? []
      : [t('webhooks:nextAttempt', { when: formatDateTime(due) })]),
  ].join(' · ');
}

/** The server's JSON, to be read by people. */
function indented(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}
