import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';

import type { Me } from '@/api/types';
import { Message } from '@/components/Message';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';
import { useMe } from '@/queries/session';

interface SignedInOnlyProps {
  readonly children: (me: Me) => ReactNode;
}

/** Shows the page to signed-in users, and others the way to sign in. */
export function SignedInOnly({ children }: SignedInOnlyProps) {
  const me = useMe();
  const location = useLocation();
  if (me === undefined) return <LoadingSale />;
  if (me !== null) return children(me);
  return (
    <Message
      title={t('organise:forOrganisers')}
      actions={
        <Link className="button button--primary" to={signInPath(location)}>
          {t('organise:signIn')}
        </Link>
      }
    >
      <p>{t('organise:signInHint')}</p>
    </Message>
  );
}
