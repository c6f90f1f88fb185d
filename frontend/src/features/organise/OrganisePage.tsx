import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { NoSuchEvent } from '@/components/NoSuchEvent';
import { Skeleton } from '@/components/Skeleton';
import { hasPermission } from '@/domain/permissions';
import { LiveSale } from '@/features/organise/LiveSale';
import { t } from '@/i18n/language';
import { eventPath, signInPath } from '@/paths';
import { eventQuery } from '@/queries/events';
import { useMe } from '@/queries/session';

import './organise.css';

/** The live sale of one event, for organisers. */
export function OrganisePage() {
  const { eventId = '' } = useParams();
  const me = useMe();
  const location = useLocation();
  if (!/^\d{1,15}$/.test(eventId)) return <NoSuchEvent />;
  if (me === undefined) return <Loading />;
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
  if (!hasPermission(me, 'reservations.view_reservation')) {
    return (
      <Message
        title={t('organise:forOrganisers')}
        actions={
          <Link className="button button--primary" to={eventPath(Number(eventId))}>
            {t('organise:backToMap')}
          </Link>
        }
      >
        <p>{t('organise:notStaffHint', { name: me.username })}</p>
      </Message>
    );
  }
  return <EventSale key={eventId} eventId={Number(eventId)} />;
}

function EventSale({ eventId }: { readonly eventId: number }) {
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));
  if (event !== undefined) return <LiveSale event={event} />;
  if (error === null) return <Loading />;
  return toApiError(error).status === 404 ? (
    <NoSuchEvent />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}

function Loading() {
  return (
    <div className="page organise" aria-busy="true">
      <Skeleton shape="title" />
      <Skeleton shape="card" />
    </div>
  );
}
