import { Link, NavLink, useLocation } from 'react-router';

import { Brand } from '@/app/Brand';
import { LanguageSwitch } from '@/app/LanguageSwitch';
import { Icon } from '@/components/Icon';
import { hasPermissionSomewhere, mayOrganise } from '@/domain/permissions';
import { t } from '@/i18n/language';
import { SALES_PATH, signInPath } from '@/paths';
import { useMe, useSignOut } from '@/queries/session';

export function Header() {
  const me = useMe();
  const location = useLocation();
  const signOut = useSignOut();
  const name = me?.is_guest === true ? me.name : (me?.username ?? '');

  return (
    <header className="header">
      <Brand />
      <nav className="header__nav" aria-label={t('app:main')}>
        <NavLink to="/" end>
          <span className="header__wide">{t('app:events')}</span>
          <span className="header__narrow">{t('app:events_short')}</span>
        </NavLink>
        <NavLink to="/reservations">
          <span className="header__wide">{t('app:myReservations')}</span>
          <span className="header__narrow">{t('app:myReservations_short')}</span>
        </NavLink>
        {mayOrganise(me) && (
          <NavLink className="header__sales" to={SALES_PATH}>
            {t('app:sales')}
          </NavLink>
        )}
        {hasPermissionSomewhere(me, 'reservations.scan_ticket') && (
          <NavLink className="header__door" to="/door">
            {t('app:door')}
          </NavLink>
        )}
      </nav>
      <div className="header__account">
        <LanguageSwitch />
        {me === null && (
          <Link className="header__sign-in" to={signInPath(location)}>
            {t('app:signIn')}
          </Link>
        )}
        {me !== null && me !== undefined && (
          <>
            <NavLink className="header__name" to="/account" title={t('app:account')}>
              <span className="visually-hidden">{t('app:signedInAs', { name })}</span>
              <span className="header__person">
                <Icon name="person" />
              </span>
              <span aria-hidden="true">{name}</span>
            </NavLink>
            <button
              type="button"
              className="icon-button"
              aria-label={t('app:signOut')}
              title={t('app:signOut')}
              disabled={signOut.isPending}
              onClick={() => {
                signOut.mutate();
              }}
            >
              <Icon name="signOut" />
            </button>
          </>
        )}
      </div>
    </header>
  );
}
