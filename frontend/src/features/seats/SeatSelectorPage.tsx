import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { NoSuchEvent } from '@/components/NoSuchEvent';
import { SessionExpiredNotice } from '@/components/SessionExpiredNotice';
import { Skeleton } from '@/components/Skeleton';
import { SeatSelector } from '@/features/seats/SeatSelector';
import { t } from '@/i18n/language';
import { eventQuery } from '@/queries/events';
import { useMe } from '@/queries/session';

import './selector.css';
// Loaded with the page: a chunk of its own would be one more request.
import './statusIcon.css';

export function SeatSelectorPage() {
  const { eventId = '' } = useParams();
  return /^\d{1,15}$/.test(eventId) ? <EventSeats eventId={Number(eventId)} /> : <NoSuchEvent />;
}

function EventSeats({ eventId }: { readonly eventId: number }) {
  const me = useMe();
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));

  if (event !== undefined && me !== undefined) {
    // Remount for another user: no state of the previous one may remain.
    return <SeatSelector key={`${eventId} ${me?.user_id ?? ''}`} event={event} me={me} />;
  }
  if (error !== null && event === undefined) {
    const { status } = toApiError(error);
    if (status === 404) return <NoSuchEvent />;
    if (status === 401) {
      return (
        <>
          <div className="selector__notices selector__notices--alone">
            <SessionExpiredNotice />
          </div>
          <Message title={t('seats:event_membersOnly')} actions={<SignInLink />}>
            <p>{t('seats:event_membersOnlyNote')}</p>
          </Message>
        </>
      );
    }
    return <Failure error={error} onRetry={() => void refetch()} />;
  }
  return (
    <div className="selector" aria-busy="true">
      <div className="selector__head">
        <Skeleton shape="title" />
      </div>
      <div className="selector__map">
        <Skeleton shape="fill" />
      </div>
    </div>
  );
}
