import type { ApiError } from '@/api/apiError';
import { Field } from '@/components/Field';
import { t } from '@/i18n/language';

interface NewPasswordFieldProps {
  readonly label: string;
  readonly error: ApiError | null;
}

/** Field for a new password, with the server's rules. */
export function NewPasswordField({ label, error }: NewPasswordFieldProps) {
  return (
    <Field
      label={label}
      name="password"
      type="password"
      autoComplete="new-password"
      hint={t('account:password_hint')}
      minLength={8}
      errors={error?.fields.get('password') ?? []}
      required
    />
  );
}
