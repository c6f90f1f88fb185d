import { Link, Navigate, useLocation, useSearchParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Field } from '@/components/Field';
import { Trans } from '@/components/Trans';
import { AccountForm } from '@/features/account/AccountForm';
import { NewPasswordField } from '@/features/account/NewPasswordField';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';
import { returnPath, withReturn } from '@/paths';
import { useRegister } from '@/queries/account';
import { useMe } from '@/queries/session';

export function RegisterPage() {
  const [search] = useSearchParams();
  const next = returnPath(search);
  const state: unknown = useLocation().state;
  const me = useMe();
  const register = useRegister();
  if (me !== null && me !== undefined) return <Navigate to={next} state={state} replace />;

  const error = register.error === null ? null : toApiError(register.error);
  const errorsOf = (name: string) => error?.fields.get(name) ?? [];
  return (
    <AccountForm
      title={t('account:createAnAccount')}
      lead={t('account:register_lead')}
      submitLabel={t('account:createAccount')}
      busy={register.isPending}
      error={error}
      onSubmit={(fields) => {
        const email = textField(fields, 'email');
        register.mutate({
          username: textField(fields, 'username'),
          password: textField(fields, 'password'),
          ...(email !== '' && { email }),
        });
      }}
      footer={
        <Trans
          i18nKey="account:haveAnAccount"
          parts={{
            signIn: (
              <Link to={withReturn('/sign-in', next)} state={state}>
                {t('account:signIn')}
              </Link>
            ),
            withoutAccount: (
              <Link to={withReturn('/guest', next)} state={state}>
                {t('account:guest_without')}
              </Link>
            ),
          }}
        />
      }
    >
      <title>{t('pageTitle', { page: t('account:createAnAccount') })}</title>
      <Field
        label={t('account:username')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        maxLength={150}
        errors={errorsOf('username')}
        required
      />
      <Field
        label={t('account:email')}
        name="email"
        type="email"
        autoComplete="email"
        errors={errorsOf('email')}
      />
      <NewPasswordField label={t('account:password')} error={error} />
    </AccountForm>
  );
}
