import type { ReactNode } from 'react';

import type { ApiError } from '@/api/apiError';
import type { AdmittedSeat, Ticket } from '@/api/types';
import { entriesText, entryText } from '@/components/entryText';
import { Icon, type IconName } from '@/components/Icon';
import { isBookingNumber } from '@/domain/door/ticketCode';
import { seatsToAdmit } from '@/features/reservations/seatsToAdmit';
import { seatsInWords, seatWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

/** Distinguished by text, icon and colour, to be readable in the dark. */
type Verdict = 'valid' | 'admitted' | 'otherDay' | 'void' | 'unpaid' | 'unknown';

const ICONS = {
  valid: 'ticket',
  admitted: 'check',
  otherDay: 'calendar',
  void: 'close',
  unpaid: 'alert',
  unknown: 'alert',
} as const satisfies Record<Verdict, IconName>;

/** The result of the last admission. */
export type Scanned =
  | { readonly kind: 'admitted'; readonly seats: readonly AdmittedSeat[] }
  | { readonly kind: 'refused'; readonly error: ApiError };

interface CheckedTicketProps {
  readonly ticket: Ticket;
  readonly scanned: Scanned | null;
  /** Whether the ticket is for a show at another time than about now. */
  readonly isOtherDay: boolean;
}

export function CheckedTicket(props: CheckedTicketProps) {
  return (
    <VerdictCard {...verdictOf(props)}>
      <Seats ticket={props.ticket} />
    </VerdictCard>
  );
}

export function UnknownTicket({ code }: { readonly code: string }) {
  return (
    <VerdictCard
      verdict="unknown"
      title={t('reservations:unknownTicket')}
      hint={t(
        isBookingNumber(code) ? 'reservations:bookingNumberHint' : 'reservations:unknownTicketHint',
      )}
    >
      <p className="verdict__code">{code}</p>
    </VerdictCard>
  );
}

interface VerdictText {
  readonly verdict: Verdict;
  readonly title: string;
  readonly hint: string;
}

function verdictOf({ ticket, scanned, isOtherDay }: CheckedTicketProps): VerdictText {
  if (scanned?.kind === 'admitted') {
    return {
      verdict: 'admitted',
      title: t('reservations:admitted'),
      hint: t('reservations:admittedHint', {
        count: scanned.seats.length,
        seats: seatsInWords(seatsOf(ticket, scanned.seats)),
      }),
    };
  }
  if (scanned !== null) return errorVerdict(scanned.error, ticket);
  if (ticket.admits && isOtherDay) {
    const { date, time_zone: timeZone } = ticket.reservation;
    return {
      verdict: 'otherDay',
      title: t('reservations:otherDay'),
      hint: t('reservations:otherDayHint', { when: formatDateTime(date, timeZone) }),
    };
  }
  if (ticket.admits) {
    const count = seatsToAdmit(ticket).length;
    return {
      verdict: 'valid',
      title: t('reservations:valid'),
      hint: t('reservations:validHint', { count }),
    };
  }
  return invalidVerdict(ticket);
}

/** Why the admission was refused. */
function errorVerdict(error: ApiError, ticket: Ticket): VerdictText {
  if (error.code === 'already_entered' && error.entries.length > 0) {
    return usedVerdict(error.entries, ticket);
  }
  const title =
    error.code === 'ticket_unpaid' ? t('reservations:unpaid') : t('reservations:notAdmitted');
  const verdict = error.code === 'ticket_unpaid' ? 'unpaid' : 'void';
  return { verdict, title, hint: error.message };
}

/** Why the ticket was invalid when it was loaded. */
function invalidVerdict(ticket: Ticket): VerdictText {
  const { reason, reservation, seat: own } = ticket;
  const entered = reservation.seat_details.flatMap((seat) =>
    seat.entry === null || (own !== null && seat.seat_id !== own)
      ? []
      : [{ ...seat.entry, seat_id: seat.seat_id }],
  );
  switch (reason) {
    case 'used':
      return usedVerdict(entered, ticket);
    case 'unpaid':
      return {
        verdict: 'unpaid',
        title: t('reservations:unpaid'),
        hint: t('reservations:unpaidTicket'),
      };
    case 'lapsed':
      return {
        verdict: 'void',
        title: t('reservations:lapsed'),
        hint: t('reservations:lapsedTicket'),
      };
    case 'cancelled':
      return {
        verdict: 'void',
        title: t('reservations:cancelled'),
        hint: t('reservations:cancelledTicket'),
      };
    case 'given_up':
      return {
        verdict: 'void',
        title: t('reservations:givenUp'),
        hint: t('reservations:givenUpTicket', { seats: reservation.seats.join(', ') }),
      };
    case null:
      break;
  }
  return {
    verdict: 'void',
    title: t('reservations:notAdmitted'),
    hint: t('reservations:notAdmittedHint'),
  };
}

function seatsOf(
  { reservation }: Ticket,
  entered: readonly Pick<AdmittedSeat, 'seat_id'>[],
): Ticket['reservation']['seat_details'] {
  return reservation.seat_details.filter((seat) =>
    entered.some(({ seat_id: id }) => id === seat.seat_id),
  );
}

function usedVerdict(
  entered: readonly Omit<AdmittedSeat, 'seat_number'>[],
  ticket: Ticket,
): VerdictText {
  const entries = entered.map((entry) => {
    const [seat = null] = seatsOf(ticket, [entry]);
    return { ...entry, seat };
  });
  return { verdict: 'void', title: t('reservations:used'), hint: entriesText(entries) };
}

function VerdictCard({
  verdict,
  title,
  hint,
  children,
}: VerdictText & { readonly children: ReactNode }) {
  return (
    <article className="verdict" data-verdict={verdict}>
      <header className="verdict__head">
        <Icon name={ICONS[verdict]} />
        <h2>{title}</h2>
        <p>{hint}</p>
      </header>
      <div className="verdict__body">{children}</div>
    </article>
  );
}

function Seats({ ticket: { reservation } }: { readonly ticket: Ticket }) {
  return (
    <dl className="verdict__facts">
      <div>
        <dt>{t('reservations:seats')}</dt>
        <dd>
          <ul className="verdict__seats">
            {reservation.seat_details.map((seat) => (
              <li key={seat.seat_id}>
                <b>{seatWords(seat)}</b>
                {seat.entry !== null && (
                  <span className="verdict__entry">
                    {t('reservations:enteredAt', { entry: entryText(seat.entry) })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </dd>
      </div>
    </dl>
  );
}

/** Buyer and event, for cases of doubt. */
export function TicketFacts({ ticket: { buyer, reservation } }: { readonly ticket: Ticket }) {
  return (
    <dl className="verdict__facts">
      <div>
        <dt>{t('reservations:buyer')}</dt>
        <dd>{buyer}</dd>
      </div>
      <div>
        <dt>{t('reservations:event')}</dt>
        <dd>
          {reservation.event_name}
          <br />
          {formatDateTime(reservation.date, reservation.time_zone)} · {reservation.venue}
        </dd>
      </div>
      <div>
        <dt>{t('reservations:reservationNumber')}</dt>
        <dd>{t('reservations:number', { id: reservation.id })}</dd>
      </div>
    </dl>
  );
}
