import { Link, useLocation } from 'react-router';

import { t } from '@/i18n/language';
import { signInPath } from '@/paths';

/** Leads to signing in, and from there back to this page. */
export function SignInLink() {
  const location = useLocation();
  return (
    <Link className="button button--primary" to={signInPath(location)}>
      {t('app:signIn')}
    </Link>
  );
}
