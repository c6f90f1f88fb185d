import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { flushSync } from 'react-dom';

import type { Organisation, WebhookWithSecret } from '@/api/types';
import { openFeed } from '@/api/webhooks';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { SecretDialog } from '@/features/organise/webhooks/SecretDialog';
import { WebhookCard } from '@/features/organise/webhooks/WebhookCard';
import { WebhookDialog } from '@/features/organise/webhooks/WebhookDialog';
import { t } from '@/i18n/language';
import { feedQuery, webhooksKey, webhooksQuery } from '@/queries/webhooks';

import './webhooks.css';

const NEW_ID = 'new-webhook';

interface WebhooksTabProps {
  readonly organisation: Pick<Organisation, 'id'>;
}

/** Which systems of an organisation are told of its bookings, and what came of each message. */
export function WebhooksTab({ organisation }: WebhooksTabProps) {
  const { data: webhooks, error, refetch } = useQuery(webhooksQuery(organisation.id));
  const [isCreating, setIsCreating] = useState(false);
  /** The webhook whose secret is shown, once, and the id of the button that began it. */
  const [shown, setShown] = useState<{ webhook: WebhookWithSecret; buttonId: string } | null>(null);
  if (webhooks === undefined) {
    return error === null ? (
      <Skeleton shape="card" />
    ) : (
      <Failure error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <div className="webhooks">
      <div className="webhooks__head">
        <p className="organisation__note">{t('webhooks:lead')}</p>
        <Button
          id={NEW_ID}
          look="primary"
          onClick={() => {
            setIsCreating(true);
          }}
        >
          {t('webhooks:new')}
        </Button>
      </div>
      {webhooks.length === 0 && <p className="organisation__card">{t('webhooks:none')}</p>}
      {webhooks.map((webhook) => (
        <WebhookCard
          key={webhook.id}
          organisationId={organisation.id}
          webhook={webhook}
          onNewSecret={(made, buttonId) => {
            setShown({ webhook: made, buttonId });
          }}
        />
      ))}
      <Feed organisationId={organisation.id} />
      {isCreating && (
        <WebhookDialog
          organisationId={organisation.id}
          onCreated={(made) => {
            setShown({ webhook: made, buttonId: NEW_ID });
          }}
          onDismiss={() => {
            setIsCreating(false);
          }}
        />
      )}
      {shown !== null && (
        <SecretDialog
          webhook={shown.webhook}
          onDismiss={() => {
            flushSync(() => {
              setShown(null);
            });
            // The dialog that opened this one is gone.
            document.getElementById(shown.buttonId)?.focus();
          }}
        />
      )}
    </div>
  );
}

/** Whether messages are kept to be fetched. */
function Feed({ organisationId }: { readonly organisationId: number }) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const { data: isOpen, error } = useQuery(feedQuery(organisationId));
  const change = useMutation({
    mutationFn: (open: boolean) => openFeed(organisationId, open),
    retry: false,
    onSuccess: (_, open) => {
      announce(t(open ? 'webhooks:feed_opened' : 'webhooks:feed_closed'), 'good');
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: webhooksKey(organisationId) }),
  });
  return (
    <section className="organisation__card" aria-labelledby="feed-title">
      <h2 id="feed-title" className="organisation__heading">
        {t('webhooks:feed')}
      </h2>
      <p className="organisation__note">{t('webhooks:feed_lead')}</p>
      <p className="webhooks__url">
        <code>{`GET /api/organisations/${organisationId}/feed/?after=0`}</code>
      </p>
      {isOpen !== undefined && (
        <div className="webhooks__actions">
          <span>{t(isOpen ? 'webhooks:feed_on' : 'webhooks:feed_off')}</span>
          <Button
            busy={change.isPending}
            onClick={() => {
              change.mutate(!isOpen);
            }}
          >
            {t(isOpen ? 'webhooks:feed_close' : 'webhooks:feed_open')}
          </Button>
        </div>
      )}
      <ErrorNote error={error ?? change.error} />
    </section>
  );
}
