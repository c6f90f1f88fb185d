import { Link, useLocation } from 'react-router';

import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import { useSessionExpired } from '@/queries/session';

import './notice.css';

/** Notice for users whose session expired, with a link that returns to this page. */
export function SessionExpiredNotice() {
  const location = useLocation();
  if (!useSessionExpired()) return null;
  return (
    <p className="notice notice--warn" role="alert">
      <Icon name="alert" />
      <span>
        <Trans
          i18nKey="app:ended"
          parts={{ signIn: <Link to={signInPath(location)}>{t('app:ended_signIn')}</Link> }}
        />
      </span>
    </p>
  );
}
