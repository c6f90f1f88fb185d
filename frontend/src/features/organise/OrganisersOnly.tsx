import type { ReactNode } from 'react';
import { Link } from 'react-router';

import type { EventSummary } from '@/api/types';
import { Message } from '@/components/Message';
import { hasPermissionIn, type Permission } from '@/domain/permissions';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { t } from '@/i18n/language';
import { eventPath } from '@/paths';

interface OrganisersOnlyProps {
  /** The event that the page is about. */
  readonly event: Pick<EventSummary, 'id' | 'organisation'>;
  readonly permission?: Permission;
  readonly children: ReactNode;
}

/** Shows the page to those with the permission for the event, and others where to go instead. */
export function OrganisersOnly({
  event,
  permission = 'reservations.view_reservation',
  children,
}: OrganisersOnlyProps) {
  return (
    <SignedInOnly>
      {(me) =>
        hasPermissionIn(me, permission, event.organisation) ? (
          children
        ) : (
          <Message
            title={t('organise:forOrganisers')}
            actions={
              <Link className="button button--primary" to={eventPath(event.id)}>
                {t('organise:backToMap')}
              </Link>
            }
          >
            <p>{t('organise:notStaffHint', { name: me.username })}</p>
          </Message>
        )
      }
    </SignedInOnly>
  );
}
