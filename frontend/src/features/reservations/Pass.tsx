import type { Reservation } from '@/api/types';
import { saveFile } from '@/browser/saveFile';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { QrCode } from '@/components/QrCode';
import { TicketFileButton } from '@/features/reservations/TicketFileButton';
import { calendarFile } from '@/features/reservations/calendar';
import { seatsInWords } from '@/domain/seatWords';
import { placeOf } from '@/features/reservations/placeOf';
import { t } from '@/i18n/language';
import { reservationPath, ticketPath } from '@/paths';

interface PassProps {
  readonly reservation: Reservation;
  /** Whether the user may load the ticket's file, as whose booking it is. */
  readonly hasFile: boolean;
}

/** The ticket: QR code, calendar entry, printing. */
export function Pass({ reservation, hasFile }: PassProps) {
  const { ticket_code: code, signed_ticket: signed = code, seats } = reservation;
  return (
    <section className="pass" aria-label={t('reservations:ticket')}>
      <QrCode text={`${location.origin}${ticketPath(signed)}`} label={t('reservations:qrLabel')} />
      <p className="pass__code">{code}</p>
      <p className="pass__hint">{t('reservations:ticketHint', { count: seats.length })}</p>
      <div className="pass__actions">
        <Button
          onClick={() => {
            keepInCalendar(reservation);
          }}
        >
          <Icon name="calendar" />
          {t('reservations:addToCalendar')}
        </Button>
        {hasFile && <TicketFileButton id={reservation.id} />}
        <Button
          onClick={() => {
            print();
          }}
        >
          <Icon name="print" />
          {t('reservations:print')}
        </Button>
      </div>
    </section>
  );
}

function keepInCalendar({
  id,
  event_name: title,
  date: start,
  ends_at: end,
  time_zone: timeZone,
  changed_at: changedAt,
  calendar_sequence: sequence,
  seat_details: seats,
  ...event
}: Reservation): void {
  const file = calendarFile({
    uid: `reservation-${id}@${location.hostname}`,
    sequence,
    start,
    end,
    timeZone,
    changedAt,
    title,
    place: placeOf(event),
    note: t('reservations:calendarNote', { id, seats: seatsInWords(seats) }),
    // With the token of a mailed link.
    url: `${location.origin}${reservationPath(id)}${location.hash}`,
  });
  saveFile(`seatcast-${id}.ics`, 'text/calendar', file);
}
