import type { ReactNode } from 'react';

import { Icon, type IconName } from '@/components/Icon';
import { useIsAbout } from '@/features/reservations/useIsAbout';
import type { Ticket } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';
import { formatDateTime } from '@/lib/time';

/** Told apart by word, mark and colour, to be read at arm's length in the dark. */
type Verdict = 'valid' | 'void' | 'unknown';

const ICONS = { valid: 'check', void: 'close', unknown: 'alert' } as const satisfies Record<
  Verdict,
  IconName
>;

export function CheckedTicket({ ticket }: { readonly ticket: Ticket }) {
  const { admits, reason, reservation } = ticket;
  const count = reservation.seats.length;
  if (admits) {
    return (
      <VerdictCard
        verdict="valid"
        title={t('reservations:valid')}
        hint={t('reservations:validHint', { count })}
      >
        <OtherDay date={reservation.date} />
        <Details ticket={ticket} />
      </VerdictCard>
    );
  }
  const isCancelled = reason === 'cancelled';
  return (
    <VerdictCard
      verdict="void"
      title={t(isCancelled ? 'reservations:cancelled' : 'reservations:notAdmitted')}
      hint={t(isCancelled ? 'reservations:cancelledTicket' : 'reservations:notAdmittedHint')}
    >
      <Details ticket={ticket} />
    </VerdictCard>
  );
}

export function UnknownTicket({ code }: { readonly code: string }) {
  return (
    <VerdictCard
      verdict="unknown"
      title={t('reservations:unknownTicket')}
      hint={t('reservations:unknownTicketHint')}
    >
      <p className="verdict__code">{code}</p>
    </VerdictCard>
  );
}

interface VerdictCardProps {
  readonly verdict: Verdict;
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}

function VerdictCard({ verdict, title, hint, children }: VerdictCardProps) {
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

/** A good ticket for another evening. */
function OtherDay({ date }: { readonly date: string }) {
  const isNow = useIsAbout(Date.parse(date));
  if (isNow) return null;
  return (
    <p className="verdict__warning">
      <Icon name="calendar" />
      {t('reservations:otherDay', { when: formatDateTime(date) })}
    </p>
  );
}

function Details({ ticket: { buyer, reservation } }: { readonly ticket: Ticket }) {
  return (
    <dl className="verdict__facts">
      <div>
        <dt>{t('reservations:seats')}</dt>
        <dd>
          <ul className="verdict__seats">
            {reservation.seat_details.map((seat) => (
              <li key={seat.seat_id}>
                <b>{seat.seat_number}</b>
                {seat.seat_number.startsWith(seat.section) ? '' : ` ${seat.section}`}
              </li>
            ))}
          </ul>
        </dd>
      </div>
      <div>
        <dt>{t('reservations:buyer')}</dt>
        <dd>{buyer}</dd>
      </div>
      <div>
        <dt>{t('reservations:event')}</dt>
        <dd>
          {reservation.event_name}
          <br />
          {formatDateTime(reservation.date)} · {reservation.venue}
        </dd>
      </div>
      <div>
        <dt>{t('reservations:reservationNumber')}</dt>
        <dd>{t('reservations:number', { id: reservation.id })}</dd>
      </div>
    </dl>
  );
}
