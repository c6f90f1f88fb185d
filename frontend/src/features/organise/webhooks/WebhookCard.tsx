import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { Webhook, WebhookWithSecret } from '@/api/types';
import { changeWebhook, deleteWebhook, rotateSecret, testWebhook } from '@/api/webhooks';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { Deliveries } from '@/features/organise/webhooks/Deliveries';
import { kindText } from '@/features/organise/webhooks/kinds';
import { WebhookDialog } from '@/features/organise/webhooks/WebhookDialog';
import { formatList, t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { webhooksKey } from '@/queries/webhooks';

interface WebhookCardProps {
  readonly organisationId: number;
  readonly webhook: Webhook;
  /** Gets the id of the button that began it, too. */
  readonly onNewSecret: (webhook: WebhookWithSecret, buttonId: string) => void;
}

/** One webhook, what can be done with it, and its deliveries. */
export function WebhookCard({ organisationId, webhook, onNewSecret }: WebhookCardProps) {
  const { id, url } = webhook;
  const newSecretId = `new-secret-${id}`;
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete' | null>(null);
  const [areDeliveriesShown, setAreDeliveriesShown] = useState(false);
  const close = () => {
    setOpen(null);
  };
  const reload = () => queryClient.invalidateQueries({ queryKey: webhooksKey(organisationId) });

  const turn = useMutation({
    mutationFn: (isOn: boolean) => changeWebhook(organisationId, id, { is_enabled: isOn }),
    retry: false,
    onSuccess: (_, isOn) => {
      announce(t(isOn ? 'webhooks:turnedOn' : 'webhooks:turnedOff'), 'good');
    },
    onSettled: reload,
  });
  const test = useMutation({
    mutationFn: () => testWebhook(organisationId, id),
    retry: false,
    onSuccess: () => {
      announce(t('webhooks:test_sent'), 'good');
      setAreDeliveriesShown(true);
    },
    onSettled: reload,
  });
  const rotate = useMutation({
    mutationFn: () => rotateSecret(organisationId, id),
    retry: false,
    onSuccess: (made) => {
      close();
      onNewSecret(made, newSecretId);
    },
    onSettled: reload,
  });
  const end = useMutation({
    mutationFn: () => deleteWebhook(organisationId, id),
    retry: false,
    onSuccess: () => {
      close();
      announce(t('webhooks:deleted'), 'good');
    },
    onSettled: reload,
  });
  const titleId = `webhook-${id}`;
  return (
    <section className="organisation__card webhook" aria-labelledby={titleId}>
      <div className="webhook__head">
        <h2 id={titleId} className="webhook__url">
          {url}
        </h2>
        <Status webhook={webhook} />
      </div>
      {webhook.description !== '' && <p className="webhook__description">{webhook.description}</p>}
      <p className="organisation__note">
        {t('webhooks:toldWhen', { list: formatList(webhook.kinds.map(kindText), 'disjunction') })}
      </p>
      <Trouble webhook={webhook} />
      <Counts webhook={webhook} />
      <div className="webhooks__actions">
        <Button
          aria-expanded={areDeliveriesShown}
          onClick={() => {
            setAreDeliveriesShown(!areDeliveriesShown);
          }}
        >
          {t('webhooks:deliveries')}
        </Button>
        {webhook.is_enabled && (
          <Button
            busy={test.isPending}
            onClick={() => {
              test.mutate();
            }}
          >
            {t('webhooks:test')}
          </Button>
        )}
        <Button
          onClick={() => {
            setOpen('edit');
          }}
        >
          {t('webhooks:edit')}
        </Button>
        <Button
          id={newSecretId}
          onClick={() => {
            rotate.reset();
            setOpen('rotate');
          }}
        >
          {t('webhooks:rotate')}
        </Button>
        <Button
          busy={turn.isPending}
          onClick={() => {
            turn.mutate(!webhook.is_enabled);
          }}
        >
          {t(webhook.is_enabled ? 'webhooks:turnOff' : 'webhooks:turnOn')}
        </Button>
        <Button
          look="danger"
          onClick={() => {
            end.reset();
            setOpen('delete');
          }}
        >
          {t('webhooks:delete')}
        </Button>
      </div>
      <ErrorNote error={turn.error ?? test.error} />
      {areDeliveriesShown && <Deliveries organisationId={organisationId} webhook={webhook} />}
      {open === 'edit' && (
        <WebhookDialog organisationId={organisationId} webhook={webhook} onDismiss={close} />
      )}
      {open === 'rotate' && (
        <QuestionDialog
          title={t('webhooks:rotate_title')}
          lead={t('webhooks:rotate_lead')}
          confirmLabel={t('webhooks:rotate')}
          busy={rotate.isPending}
          error={rotate.error}
          onConfirm={() => {
            rotate.mutate();
          }}
          onDismiss={close}
        />
      )}
      {open === 'delete' && (
        <QuestionDialog
          title={t('webhooks:delete_title')}
          lead={t('webhooks:delete_lead')}
          confirmLabel={t('webhooks:delete')}
          busy={end.isPending}
          error={end.error}
          onConfirm={() => {
            end.mutate();
          }}
          onDismiss={close}
        />
      )}
    </section>
  );
}

function Status({ webhook }: { readonly webhook: Webhook }) {
  if (!webhook.is_enabled) {
    return (
      <span className="webhooks__mark" data-tone="off">
        {t('webhooks:state_off')}
      </span>
    );
  }
  return webhook.failing_since === null ? (
    <span className="webhooks__mark" data-tone="good">
      {t('webhooks:state_on')}
    </span>
  ) : (
    <span className="webhooks__mark" data-tone="bad">
      {t('webhooks:state_failing')}
    </span>
  );
}

function Trouble({ webhook }: { readonly webhook: Webhook }) {
  const { disabled_because: why, failing_since: since } = webhook;
  if (why !== null) return <p className="webhook__trouble">{t(`webhooks:off_${why}`)}</p>;
  if (since === null) return null;
  return (
    <p className="webhook__trouble">
      {t('webhooks:failingSince', { when: formatDateTime(since) })}
    </p>
  );
}

function Counts({ webhook: { pending, failed } }: { readonly webhook: Webhook }) {
  const facts = [
    ...(pending > 0 ? [t('webhooks:pending', { count: pending })] : []),
    ...(failed > 0 ? [t('webhooks:failed', { count: failed })] : []),
  ];
  return facts.length === 0 ? null : <p className="webhook__counts">{facts.join(' · ')}</p>;
}
