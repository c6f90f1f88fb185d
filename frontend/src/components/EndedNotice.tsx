import { Link, useLocation } from 'react-router';

import { Icon } from '@/components/Icon';
import { Sentence } from '@/components/Sentence';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import { useHasEnded } from '@/queries/session';

import './notice.css';

/** Tells who was signed out without their doing, and leads back to this page. */
export function EndedNotice() {
  const location = useLocation();
  if (!useHasEnded()) return null;
  return (
    <p className="notice notice--warn" role="alert">
      <Icon name="alert" />
      <span>
        <Sentence
          of="app:ended"
          parts={{ signIn: <Link to={signInPath(location)}>{t('app:ended_signIn')}</Link> }}
        />
      </span>
    </p>
  );
}
