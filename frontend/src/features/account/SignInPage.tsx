import { lazy, Suspense } from 'react';
import { Link, Navigate, useLocation, useSearchParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Field } from '@/components/Field';
import { Trans } from '@/components/Trans';
import { AccountForm } from '@/features/account/AccountForm';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';
import { returnPath, withReturn } from '@/paths';
import { useSignIn } from '@/queries/account';
import { useMe, useSessionExpired } from '@/queries/session';

/** A wait this long is caused by other people's wrong passwords. */
const LONG_SECONDS = 120;

// Loaded on demand: few users have a second factor.
const SecondStepForm = lazy(async () => ({
  default: (await import('@/features/account/security/SecondStepForm')).SecondStepForm,
}));

export function SignInPage() {
  const [search] = useSearchParams();
  const next = returnPath(search);
  const state: unknown = useLocation().state;
  const me = useMe();
  const signIn = useSignIn();
  const isSessionExpired = useSessionExpired();
  if (me !== null && me !== undefined) return <Navigate to={next} state={state} replace />;

  const error = signIn.error === null ? null : toApiError(signIn.error);
  const forgotten = withReturn('/password/forgotten', next);
  if (error !== null && error.secondStep !== null) {
    return (
      <Suspense fallback={<div className="cards" aria-busy="true" />}>
        <SecondStepForm
          step={error.secondStep}
          onRestart={() => {
            signIn.reset();
          }}
        />
      </Suspense>
    );
  }
  return (
    <AccountForm
      title={t('account:welcomeBack')}
      lead={leadOf(next, isSessionExpired)}
      submitLabel={t('account:signIn')}
      busy={signIn.isPending}
      error={error}
      onSubmit={(fields) => {
        signIn.mutate({
          username: textField(fields, 'username'),
          password: textField(fields, 'password'),
        });
      }}
      footer={
        <Trans
          i18nKey="account:newHere"
          parts={{
            createAnAccount: (
              <Link to={withReturn('/register', next)} state={state}>
                {t('account:createAnAccount')}
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
        <Link to={forgotten} state={state}>
          {t('account:forgotten')}
        </Link>
      </p>
      {(error?.retryAfterSeconds ?? 0) > LONG_SECONDS && (
        <p className="account__aside">
          <Trans
            i18nKey="account:stopped"
            parts={{
              forgotten: (
                <Link to={forgotten} state={state}>
                  {t('account:stopped_forgotten')}
                </Link>
              ),
            }}
          />
        </p>
      )}
    </AccountForm>
  );
}

function leadOf(next: string, isSessionExpired: boolean): string {
  if (isSessionExpired) return t('account:signIn_leadEnded');
  return next === '/' ? t('account:signIn_lead') : t('account:signIn_leadBack');
}
