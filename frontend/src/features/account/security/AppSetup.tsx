import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent } from 'react';

import { toApiError } from '@/api/apiError';
import { confirmTotp } from '@/api/secondFactor';
import type { TotpSecret } from '@/api/types';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { QrCode } from '@/components/QrCode';
import { FormError } from '@/features/account/FormError';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';

interface AppSetupProps {
  readonly secret: TotpSecret;
  readonly onDone: (codes: readonly string[]) => void;
  readonly onDismiss: () => void;
}

/** Set up an authenticator app: show the secret and verify the first code. */
export function AppSetup({ secret, onDone, onDismiss }: AppSetupProps) {
  const confirm = useMutation({ mutationFn: confirmTotp, retry: false, onSuccess: onDone });

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    confirm.mutate(textField(new FormData(event.currentTarget), 'code'));
  }

  return (
    <Dialog title={t('security:app_add')} onDismiss={onDismiss}>
      <form className="security__form" onSubmit={submit}>
        <p>{t('security:app_lead')}</p>
        <div className="security__qr">
          <QrCode text={secret.uri} label={t('security:app_qr')} />
        </div>
        <p>
          {t('security:app_secret')} <code className="security__secret">{secret.secret}</code>
        </p>
        <Field
          label={t('security:app_code')}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          data-initial-focus
          required
        />
        <FormError error={confirm.error === null ? null : toApiError(confirm.error)} />
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('security:cancel')}</Button>
          <Button look="primary" type="submit" busy={confirm.isPending}>
            {t('security:app_confirm')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
