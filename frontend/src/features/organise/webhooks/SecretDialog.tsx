import type { WebhookWithSecret } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

interface SecretDialogProps {
  readonly webhook: WebhookWithSecret;
  readonly onDismiss: () => void;
}

/** Shows a new secret, which the server does not show again. */
export function SecretDialog({ webhook, onDismiss }: SecretDialogProps) {
  const announce = useAnnounce();
  const { secret, old_secret_until: until } = webhook;
  return (
    <OrganiserDialog
      title={t('webhooks:secret_title')}
      lead={t('webhooks:secret_lead')}
      isAlert
      onDismiss={onDismiss}
    >
      <Field
        label={t('webhooks:secret')}
        value={secret}
        readOnly
        spellCheck={false}
        className="webhooks__secret"
        onFocus={({ target }) => {
          target.select();
        }}
      />
      {until !== null && (
        <p className="organisation__note">
          {t('webhooks:secret_old', { when: formatDateTime(until) })}
        </p>
      )}
      <div className="dialog__actions">
        <Button
          onClick={() => {
            void navigator.clipboard.writeText(secret).then(() => {
              announce(t('webhooks:copied'), 'good');
            });
          }}
        >
          {t('webhooks:copy')}
        </Button>
        <Button look="primary" onClick={onDismiss}>
          {t('webhooks:done')}
        </Button>
      </div>
    </OrganiserDialog>
  );
}
