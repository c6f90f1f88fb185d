import { useRef } from 'react';
import { Link, useLocation } from 'react-router';

import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import { useOpeningGuard } from '@/components/useOpeningGuard';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import { useSessionExpired } from '@/queries/session';

import './notice.css';

interface SessionExpiredNoticeProps {
  /** What this page finds in its history entry again, after signing in. */
  readonly state?: string | null;
}

/** Notice for users whose session expired, with a link that returns to this page. */
export function SessionExpiredNotice({ state = null }: SessionExpiredNoticeProps) {
  return useSessionExpired() ? <ShownNotice state={state} /> : null;
}

function ShownNotice({ state }: Required<SessionExpiredNoticeProps>) {
  const location = useLocation();
  const ref = useRef<HTMLParagraphElement>(null);
  useOpeningGuard(ref, { opensByItself: true });
  return (
    <p ref={ref} className="notice notice--warn" role="alert">
      <Icon name="alert" />
      <span>
        <Trans
          i18nKey="app:ended"
          parts={{
            signIn: (
              <Link to={signInPath(location)} state={state}>
                {t('app:ended_signIn')}
              </Link>
            ),
          }}
        />
      </span>
    </p>
  );
}
