import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation, useParams } from 'react-router';

import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { NextTicket } from '@/features/reservations/NextTicket';
import { CheckedTicket, UnknownTicket } from '@/features/reservations/TicketVerdict';
import { type ApiError, toApiError } from '@/lib/api/apiError';
import { t } from '@/lib/i18n/language';
import { signInPath } from '@/lib/paths';
import { useMe } from '@/lib/queries/session';
import { ticketQuery } from '@/lib/queries/tickets';

import './ticketCheck.css';

/** What the QR code of a ticket opens: for organisers at the door, and for whoever else scans it. */
export function TicketCheckPage() {
  const { code = '' } = useParams();
  const me = useMe();
  if (me === null) return <ForOrganisers />;
  if (me?.is_staff === false) return <ForOrganisers name={me.username} />;
  return (
    <div className="page ticket-check">
      <title>{`${t('reservations:checkTitle')} · Seatcast`}</title>
      <h1 className="ticket-check__title">{t('reservations:checkTitle')}</h1>
      <div role="status">{me === undefined ? <Checking /> : <Check key={code} code={code} />}</div>
      <NextTicket key={code} />
    </div>
  );
}

function Check({ code }: { readonly code: string }) {
  const { data: ticket, error, isFetching, refetch } = useQuery(ticketQuery(code));
  // An answer from before, if another one is under way or has failed, is no answer at the door.
  if (isFetching) return <Checking />;
  if (error !== null) {
    return <Refused error={toApiError(error)} code={code} onRetry={() => void refetch()} />;
  }
  return ticket === undefined ? <Checking /> : <CheckedTicket ticket={ticket} />;
}

interface RefusedProps {
  readonly error: ApiError;
  readonly code: string;
  readonly onRetry: () => void;
}

function Refused({ error, code, onRetry }: RefusedProps) {
  return error.status === 404 ? (
    <UnknownTicket code={code} />
  ) : (
    <Failure error={error} onRetry={onRetry} />
  );
}

function Checking() {
  return (
    <>
      <p className="visually-hidden">{t('reservations:checking')}</p>
      <Skeleton shape="ticket" />
    </>
  );
}

/** `name`: who is signed in, without being an organiser. */
function ForOrganisers({ name }: { readonly name?: string }) {
  const location = useLocation();
  const mine: ReactNode = (
    <Link
      className={`button button--${name === undefined ? 'quiet' : 'primary'}`}
      to="/reservations"
    >
      {t('reservations:title')}
    </Link>
  );
  return (
    <Message
      title={t('reservations:checkElsewhere')}
      actions={
        <>
          {mine}
          {name === undefined && (
            <Link className="button button--primary" to={signInPath(location)}>
              {t('reservations:signIn')}
            </Link>
          )}
        </>
      }
    >
      <title>{`${t('reservations:checkTitle')} · Seatcast`}</title>
      <p>
        {name === undefined
          ? t('reservations:checkSignInHint')
          : t('reservations:checkNotStaffHint', { name })}
      </p>
    </Message>
  );
}
