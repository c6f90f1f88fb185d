import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';

import { toApiError } from '@/api/apiError';
import type { Webhook, WebhookWithSecret } from '@/api/types';
import { changeWebhook, createWebhook, type WebhookFields } from '@/api/webhooks';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { KINDS, kindText } from '@/features/organise/webhooks/kinds';
import { t } from '@/i18n/language';
import { webhooksKey } from '@/queries/webhooks';

interface WebhookDialogProps {
  readonly organisationId: number;
  /** Null for a new one. */
  readonly webhook?: Webhook;
  readonly onCreated?: (made: WebhookWithSecret) => void;
  readonly onDismiss: () => void;
}

/** The form of a new webhook, or of one that is changed. */
export function WebhookDialog({
  organisationId,
  webhook,
  onCreated,
  onDismiss,
}: WebhookDialogProps) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const { register, handleSubmit, formState } = useForm<WebhookFields>({
    defaultValues: {
      url: webhook?.url ?? '',
      description: webhook?.description ?? '',
      kinds: webhook?.kinds ?? [...KINDS],
    },
  });
  const save = useMutation({
    mutationFn: async (fields: WebhookFields) => {
      if (webhook === undefined) return createWebhook(organisationId, fields);
      await changeWebhook(organisationId, webhook.id, fields);
      return null;
    },
    retry: false,
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: webhooksKey(organisationId) });
      announce(t(made === null ? 'webhooks:saved' : 'webhooks:created'), 'good');
      onDismiss();
      if (made !== null) onCreated?.(made);
    },
  });
  const error = save.error === null ? null : toApiError(save.error);
  const isNew = webhook === undefined;
  return (
    <OrganiserDialog
      title={t(isNew ? 'webhooks:new_title' : 'webhooks:edit_title')}
      onDismiss={onDismiss}
    >
      <form
        className="webhooks__form"
        onSubmit={(event) => {
          void handleSubmit((fields) => {
            save.mutate(fields);
          })(event);
        }}
      >
        <Field
          {...register('url')}
          label={t('webhooks:url')}
          hint={t('webhooks:url_hint')}
          type="url"
          maxLength={500}
          autoComplete="off"
          errors={error?.fields.get('url') ?? []}
          required
        />
        <Field
          {...register('description')}
          label={t('webhooks:description')}
          hint={t('webhooks:description_hint')}
          maxLength={100}
          autoComplete="off"
          errors={error?.fields.get('description') ?? []}
        />
        <fieldset className="webhooks__kinds">
          <legend className="field__label">{t('webhooks:kinds')}</legend>
          {KINDS.map((kind) => (
            <label key={kind} className="webhooks__kind">
              <input
                {...register('kinds', { required: t('webhooks:kinds_missing') })}
                type="checkbox"
                value={kind}
              />
              <span>
                {kindText(kind)}
                <code>{kind}</code>
              </span>
            </label>
          ))}
          <p className="field__note" data-error="true" role="alert">
            {formState.errors.kinds?.message}
          </p>
        </fieldset>
        <ErrorNote error={save.error} />
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('webhooks:cancel')}</Button>
          <Button look="primary" type="submit" busy={save.isPending}>
            {t(isNew ? 'webhooks:create' : 'webhooks:save')}
          </Button>
        </div>
      </form>
    </OrganiserDialog>
  );
}
