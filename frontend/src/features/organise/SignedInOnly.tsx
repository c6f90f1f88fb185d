import type { ReactNode } from 'react';

import type { Me } from '@/api/types';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { t } from '@/i18n/language';
import { useMe } from '@/queries/session';

interface SignedInOnlyProps {
  readonly children: (me: Me) => ReactNode;
}

/** Shows the page to signed-in users, and others the way to sign in. */
export function SignedInOnly({ children }: SignedInOnlyProps) {
  const me = useMe();
  if (me === undefined) return <LoadingSale />;
  if (me !== null) return children(me);
  return (
    <Message title={t('organise:forOrganisers')} actions={<SignInLink />}>
      <p>{t('organise:signInHint')}</p>
    </Message>
  );
}
