import { useState } from 'react';
import { Link, Navigate, useLocation } from 'react-router';

import { Message } from '@/components/Message';
import { hasPermission, isOrganiser } from '@/domain/permissions';
import { ChangePassword } from '@/features/account/ChangePassword';
import { EmailAddress } from '@/features/account/EmailAddress';
import { GuestCards } from '@/features/account/GuestCards';
import { PersonalDataCard } from '@/features/account/security/PersonalDataCard';
import { SecondFactorCard } from '@/features/account/security/SecondFactorCard';
import { SessionsCard } from '@/features/account/security/SessionsCard';
import { t } from '@/i18n/language';
import { SALES_PATH, signInPath } from '@/paths';
import { useMe } from '@/queries/session';

import '@/components/cards.css';
import './account.css';

export function AccountPage() {
  const me = useMe();
  const location = useLocation();
  const [isErased, setIsErased] = useState(false);
  if (isErased) return <Erased />;
  if (me === null) return <Navigate to={signInPath(location)} replace />;
  if (me === undefined) return <div className="cards" aria-busy="true" />;
  const title = me.is_guest ? t('account:guest_yours') : t('account:yours');
  return (
    <div className="cards">
      <title>{t('pageTitle', { page: title })}</title>
      <div className="account__sections">
        <h1 className="card__title">{title}</h1>
        {me.is_guest ? (
          <GuestCards me={me} />
        ) : (
          <>
            <dl className="account__facts">
              <dt>{t('account:username')}</dt>
              <dd>{me.username}</dd>
            </dl>
            <EmailAddress me={me} />
            <ChangePassword username={me.username} />
            <SecondFactorCard username={me.username} />
          </>
        )}
        <SessionsCard />
        <PersonalDataCard
          me={me}
          onErased={() => {
            setIsErased(true);
          }}
        />
        {hasPermission(me, 'organisations.add_organisation') && !isOrganiser(me) && (
          <p>
            <Link to={SALES_PATH}>{t('account:organise')}</Link>
          </p>
        )}
      </div>
    </div>
  );
}

function Erased() {
  const title = t('security:data_erased');
  return (
    <div role="status">
      <title>{t('pageTitle', { page: title })}</title>
      <Message
        title={title}
        actions={
          <Link className="button button--primary" to="/">
            {t('account:confirm_toEvents')}
          </Link>
        }
      >
        <p>{t('security:data_erasedNote')}</p>
      </Message>
    </div>
  );
}
