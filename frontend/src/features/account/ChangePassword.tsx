import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent } from 'react';

import { changePassword } from '@/api/account';
import { toApiError } from '@/api/apiError';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { FormError } from '@/features/account/FormError';
import { NewPasswordField } from '@/features/account/NewPasswordField';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';

export function ChangePassword({ username }: { readonly username: string }) {
  const announce = useAnnounce();
  const change = useMutation({ mutationFn: changePassword, retry: false });
  const error = change.error === null ? null : toApiError(change.error);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    change.mutate(
      { old_password: textField(fields, 'old_password'), password: textField(fields, 'password') },
      {
        onSuccess: () => {
          form.reset();
          announce(t('account:change_done'), 'good');
        },
      },
    );
  }

  return (
    <form className="card" onSubmit={submit}>
      <h2 className="account__heading">{t('account:change_title')}</h2>
      <p className="account__lead">{t('account:change_note')}</p>
      {/* Tells password managers which account this is. */}
      <input name="username" autoComplete="username" value={username} readOnly hidden />
      <Field
        label={t('account:password_old')}
        name="old_password"
        type="password"
        autoComplete="current-password"
        errors={error?.fields.get('old_password') ?? []}
        required
      />
      <NewPasswordField label={t('account:password_new')} error={error} />
      <FormError error={error} />
      <Button look="primary" type="submit" busy={change.isPending}>
        {t('account:change')}
      </Button>
    </form>
  );
}
