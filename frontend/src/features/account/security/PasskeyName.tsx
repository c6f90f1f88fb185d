import { type SubmitEvent } from 'react';

import type { ApiError } from '@/api/apiError';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { FormError } from '@/features/account/FormError';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';

interface PasskeyNameProps {
  readonly title: string;
  readonly name: string;
  readonly busy: boolean;
  readonly error: ApiError | null;
  readonly onSubmit: (name: string) => void;
  readonly onDismiss: () => void;
}

export function PasskeyName({ title, name, busy, error, onSubmit, onDismiss }: PasskeyNameProps) {
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    onSubmit(textField(new FormData(event.currentTarget), 'name'));
  }

  return (
    <Dialog title={title} onDismiss={onDismiss}>
      <form className="security__form" onSubmit={submit}>
        <Field
          label={t('security:passkey_name')}
          hint={t('security:passkey_nameHint')}
          name="name"
          defaultValue={name}
          maxLength={60}
          errors={error?.fields.get('name') ?? []}
          data-initial-focus
          required
        />
        <FormError error={error} />
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('security:cancel')}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {t('security:save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
