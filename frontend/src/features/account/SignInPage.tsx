import { Link, Navigate, useSearchParams } from 'react-router';

import { Field } from '@/components/Field';
import { Sentence } from '@/components/Sentence';
import { AccountForm } from '@/features/account/AccountForm';
import { textField } from '@/features/account/textField';
import { toApiError } from '@/lib/api/apiError';
import { t } from '@/lib/i18n/language';
import { returnPath, withReturn } from '@/lib/paths';
import { useHasEnded, useMe, useSignIn } from '@/lib/queries/session';

export function SignInPage() {
  const [search] = useSearchParams();
  const next = returnPath(search);
  const me = useMe();
  const signIn = useSignIn();
  const hasEnded = useHasEnded();
  if (me !== null && me !== undefined) return <Navigate to={next} replace />;

  return (
    <AccountForm
      title={t('account:welcomeBack')}
      lead={leadOf(next, hasEnded)}
      submitLabel={t('account:signIn')}
      busy={signIn.isPending}
      error={signIn.error === null ? null : toApiError(signIn.error)}
      onSubmit={(fields) => {
        signIn.mutate({
          username: textField(fields, 'username'),
          password: textField(fields, 'password'),
        });
      }}
      footer={
        <Sentence
          of="account:newHere"
          parts={{
            createAnAccount: (
              <Link to={withReturn('/register', next)}>{t('account:createAnAccount')}</Link>
            ),
          }}
        />
      }
    >
      <title>{t('pageTitle', { page: t('account:signIn') })}</title>
      <Field
        label={t('account:username')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        required
      />
      <Field
        label={t('account:password')}
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <p className="account__aside">
        <Link to={withReturn('/password/forgotten', next)}>{t('account:forgotten')}</Link>
      </p>
    </AccountForm>
  );
}

function leadOf(next: string, hasEnded: boolean): string {
  if (hasEnded) return t('account:signIn_leadEnded');
  return next === '/' ? t('account:signIn_lead') : t('account:signIn_leadBack');
}
