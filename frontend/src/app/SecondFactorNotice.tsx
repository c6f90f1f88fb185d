import { Link } from 'react-router';

import { t } from '@/i18n/language';
import { useMe } from '@/queries/session';

/** Leads an organiser whose rights wait for a second factor to where it is set up. */
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
