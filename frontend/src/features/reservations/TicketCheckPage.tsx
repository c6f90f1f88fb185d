import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';

import { type ApiError, toApiError } from '@/api/apiError';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { Skeleton } from '@/components/Skeleton';
import { hasPermissionSomewhere } from '@/domain/permissions';
import { AdmitForm } from '@/features/reservations/AdmitForm';
import { NextTicket } from '@/features/reservations/NextTicket';
import { CheckedTicket, TicketFacts, UnknownTicket } from '@/features/reservations/TicketVerdict';
import { useAdmission } from '@/features/reservations/useAdmission';
import { useIsNearEvent } from '@/features/reservations/useIsNearEvent';
import { t } from '@/i18n/language';
import { useMe } from '@/queries/session';
import { ticketQuery } from '@/queries/tickets';

import '@/components/verdict.css';
import './ticketCheck.css';

/** The page behind a ticket's QR code, for door staff and anyone else who scans it. */
export function TicketCheckPage() {
  const { code = '' } = useParams();
  const me = useMe();
  if (me === null) return <ForStewards />;
  if (me !== undefined && !hasPermissionSomewhere(me, 'reservations.scan_ticket')) {
    return <ForStewards name={me.username} />;
  }
  return (
    <div className="page ticket-check">
      <title>{`${t('reservations:checkTitle')} · Seatcast`}</title>
      <h1 className="ticket-check__title">{t('reservations:checkTitle')}</h1>
      {me !== undefined && code !== '' && <Check key={code} code={code} />}
      <NextTicket key={`next ${code}`} isFirst={code === ''} />
    </div>
  );
}

function Check({ code }: { readonly code: string }) {
  const { data: ticket, error, isFetching, refetch } = useQuery(ticketQuery(code));
  const admission = useAdmission(code);
  // Do not show cached data at the door while refetching or after a failure.
  const isKnown = !isFetching && error === null && ticket !== undefined;
  const isOtherDay = !useIsNearEvent(
    ticket === undefined ? 0 : Date.parse(ticket.reservation.date),
  );
  return (
    <>
      <div role="status">
        {(isFetching || (error === null && ticket === undefined)) && <Checking />}
        {isKnown && (
          <CheckedTicket ticket={ticket} scanned={admission.scanned} isOtherDay={isOtherDay} />
        )}
        {!isFetching && error !== null && (
          <Refused error={toApiError(error)} code={code} onRetry={() => void refetch()} />
        )}
      </div>
      <div role="alert">
        {admission.undecided !== null && (
          <p className="admit__undecided">{admission.undecided.message}</p>
        )}
      </div>
      {isKnown && ticket.admits && (
        <AdmitForm
          // Remount after each admission, so that the remaining seats are selected.
          key={ticket.reservation.seat_details.filter((seat) => seat.entry === null).length}
          ticket={ticket}
          isOtherDay={isOtherDay}
          isBusy={admission.isBusy}
          onAdmit={admission.send}
        />
      )}
      {isKnown && <TicketFacts ticket={ticket} />}
    </>
  );
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

/** `name`: the signed-in user, who may not scan tickets. */
function ForStewards({ name }: { readonly name?: string }) {
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
          {name === undefined && <SignInLink />}
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
