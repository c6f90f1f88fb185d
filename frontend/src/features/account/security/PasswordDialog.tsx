import { type ReactNode, type SubmitEvent } from 'react';

import type { ApiError } from '@/api/apiError';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { FormError } from '@/features/account/FormError';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';

interface PasswordDialogProps {
  readonly title: string;
  readonly lead?: string;
  readonly submitLabel?: string;
  readonly look?: 'primary' | 'danger';
  readonly username: string;
  /** Guests have no password: they only confirm. */
  readonly hasPassword?: boolean;
  readonly busy: boolean;
  readonly error: ApiError | null;
  readonly onSubmit: (password: string, fields: FormData) => void;
  readonly onDismiss: () => void;
  readonly children?: ReactNode;
}

/** Confirms the password before a sensitive action. */
export function PasswordDialog({
  title,
  lead = t('security:confirm_lead'),
  submitLabel = t('security:confirm'),
  look = 'primary',
  username,
  hasPassword = true,
  busy,
  error,
  onSubmit,
  onDismiss,
  children,
}: PasswordDialogProps) {
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    onSubmit(hasPassword ? textField(fields, 'password') : '', fields);
  }

  return (
    <Dialog title={title} onDismiss={onDismiss}>
      <form className="security__form" onSubmit={submit}>
        <p>{lead}</p>
        <input name="username" autoComplete="username" value={username} readOnly hidden />
        {children}
        {hasPassword && (
          <Field
            label={t('account:password')}
            name="password"
            type="password"
            autoComplete="current-password"
            errors={error?.fields.get('password') ?? []}
            data-initial-focus
            required
          />
        )}
        <FormError error={error} />
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('security:cancel')}</Button>
          <Button look={look} type="submit" busy={busy}>
            {submitLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
