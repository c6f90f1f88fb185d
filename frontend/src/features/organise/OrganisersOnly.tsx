import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';

import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { hasPermission } from '@/domain/permissions';
import { t } from '@/i18n/language';
import { eventPath, signInPath } from '@/paths';
import { useMe } from '@/queries/session';

interface OrganisersOnlyProps {
  /** The event that the page is about; null for a page about all. */
  readonly eventId: number | null;
  readonly children: ReactNode;
}

/** Shows the page to those who may watch sales, and others where to go instead. */
export function OrganisersOnly({ eventId, children }: OrganisersOnlyProps) {
  const me = useMe();
  const location = useLocation();
  if (me === undefined) return <LoadingSale />;
  if (me === null) {
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
  if (hasPermission(me, 'reservations.view_reservation')) return children;
  return (
    <Message
      title={t('organise:forOrganisers')}
      actions={
        <Link className="button button--primary" to={eventId === null ? '/' : eventPath(eventId)}>
          {t(eventId === null ? 'seeAllEvents' : 'organise:backToMap')}
        </Link>
      }
    >
      <p>{t('organise:notStaffHint', { name: me.username })}</p>
    </Message>
  );
}

export function LoadingSale() {
  return (
    <div className="page organise" aria-busy="true">
      <Skeleton shape="title" />
      <Skeleton shape="card" />
    </div>
  );
}
