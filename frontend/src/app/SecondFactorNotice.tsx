import { Link } from 'react-router';

import { t } from '@/i18n/language';
import { useMe } from '@/queries/session';

/** Link to the account page for organisers who still have to set up or pass a second factor. */
export function SecondFactorNotice() {
  const status = useMe()?.second_factor;
  if (status?.required !== true || status.passed) return null;
  return (
    <p className="layout__notice" role="status">
      {t('app:factor')}{' '}
      {status.set_up ? t('app:factor_again') : <Link to="/account">{t('app:factor_setUp')}</Link>}
    </p>
  );
}
