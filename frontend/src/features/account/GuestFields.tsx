import type { ApiError } from '@/api/apiError';
import type { Me } from '@/api/types';
import { Field } from '@/components/Field';
import { t } from '@/i18n/language';

interface GuestFieldsProps {
  readonly error: ApiError | null;
  readonly me?: Me;
}

/** A guest's name and address. */
export function GuestFields({ error, me }: GuestFieldsProps) {
  return (
    <>
      <Field
        label={t('account:guest_name')}
        name="name"
        autoComplete="name"
        maxLength={150}
        defaultValue={me?.name}
        errors={error?.fields.get('name') ?? []}
        required
      />
      <Field
        label={t('account:email_yours')}
        name="email"
        type="email"
        autoComplete="email"
        maxLength={254}
        defaultValue={me?.email}
        hint={t('account:guest_emailHint')}
        errors={error?.fields.get('email') ?? []}
        readOnly={me?.email_verified === true}
        required
      />
    </>
  );
}
