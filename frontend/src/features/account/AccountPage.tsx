import { Navigate, useLocation } from 'react-router';

import { Button } from '@/components/Button';
import { ChangePassword } from '@/features/account/ChangePassword';
import { Refusal } from '@/features/account/Refusal';
import { toApiError } from '@/lib/api/apiError';
import { t } from '@/lib/i18n/language';
import { signInPath } from '@/lib/paths';
import { useMe, useSignOutEverywhere } from '@/lib/queries/session';

import './account.css';

export function AccountPage() {
  const me = useMe();
  const location = useLocation();
  if (me === null) return <Navigate to={signInPath(location)} replace />;
  if (me === undefined) return <div className="account" aria-busy="true" />;
  return (
    <div className="account">
      <title>{t('pageTitle', { page: t('account:yours') })}</title>
      <div className="account__sections">
        <h1 className="account__title">{t('account:yours')}</h1>
        <dl className="account__facts">
          <dt>{t('account:username')}</dt>
          <dd>{me.username}</dd>
          <dt>{t('account:email_yours')}</dt>
          <dd>{me.email === '' ? t('account:email_none') : me.email}</dd>
        </dl>
        <ChangePassword username={me.username} />
        <SignOutEverywhere />
      </div>
    </div>
  );
}

function SignOutEverywhere() {
  const leave = useSignOutEverywhere();
  return (
    <section className="account__card">
      <h2 className="account__heading">{t('account:everywhere_title')}</h2>
      <p className="account__lead">{t('account:everywhere_note')}</p>
      <Refusal error={leave.error === null ? null : toApiError(leave.error)} />
      <Button
        busy={leave.isPending}
        onClick={() => {
          leave.mutate();
        }}
      >
        {t('account:everywhere')}
      </Button>
    </section>
  );
}
