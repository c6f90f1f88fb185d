import type { ListedSeat, ScanResult } from '@/api/types';
import { entriesText } from '@/components/entryText';
import { Icon } from '@/components/Icon';
import type { RefusalReason } from '@/domain/door/decide';
import { isBookingNumber } from '@/domain/door/ticketCode';
import { seatsInWords } from '@/domain/seatWords';
import type { Verdict } from '@/features/door/doorSession';
import { t } from '@/i18n/language';

import '@/components/verdict.css';

interface Shown {
  readonly verdict: 'admitted' | 'void' | 'unpaid' | 'unknown';
  readonly title: string;
  readonly hint: string;
}

interface DoorVerdictProps {
  /** What was read. */
  readonly code: string;
  readonly verdict: Verdict;
}

/** Distinguished by text, icon and colour, to be readable in the dark. */
export function DoorVerdict({ code, verdict }: DoorVerdictProps) {
  const shown = shownOf(code, verdict);
  return (
    <article className="verdict" data-verdict={shown.verdict}>
      <header className="verdict__head">
        <Icon name={shown.verdict === 'admitted' ? 'check' : 'close'} />
        <h2>{shown.title}</h2>
        <p>{shown.hint}</p>
      </header>
    </article>
  );
}

function shownOf(code: string, verdict: Verdict): Shown {
  switch (verdict.kind) {
    case 'admitted':
      return {
        verdict: 'admitted',
        title: t('door:admitted', { count: verdict.people }),
        hint: verdict.seats.length === 0 ? t('door:newerThanList') : seatsInWords(verdict.seats),
      };
    case 'refused':
      return verdict.entries.length > 0
        ? used(entriesText(verdict.entries))
        : refusal(code, verdict.reason);
    case 'refusedByServer':
      return refusedByServer(code, verdict.result, verdict.seats);
  }
}

/** Why the server refused; its codes are those of the API's errors. */
function refusedByServer(
  ticket: string,
  { code, entries }: ScanResult,
  seats: readonly ListedSeat[],
): Shown {
  if (entries.length > 0) {
    const seatOf = new Map(seats.map((seat) => [seat.seat_id, seat]));
    return used(
      entriesText(entries.map((entry) => ({ ...entry, seat: seatOf.get(entry.seat_id) ?? null }))),
    );
  }
  const reasons: Readonly<Record<string, RefusalReason>> = {
    ticket_unpaid: 'unpaid',
    ticket_cancelled: 'cancelled',
    ticket_lapsed: 'lapsed',
    ticket_merged: 'outdated',
    // The list had seats that the booking has no longer.
    seat_not_found: 'outdated',
  };
  return refusal(ticket, reasons[code] ?? 'unknown');
}

function used(hint: string): Shown {
  return { verdict: 'void', title: t('door:used'), hint };
}

function refusal(code: string, reason: RefusalReason): Shown {
  const title = t('door:refused');
  switch (reason) {
    case 'forged':
      return { verdict: 'void', title: t('door:forged'), hint: t('door:forgedNote') };
    case 'another_event':
      return { verdict: 'void', title, hint: t('door:anotherEvent') };
    case 'outdated':
      return { verdict: 'void', title, hint: t('door:outdated') };
    case 'unpaid':
      return { verdict: 'unpaid', title: t('door:unpaid'), hint: t('door:unpaidNote') };
    case 'cancelled':
      return { verdict: 'void', title, hint: t('door:cancelled') };
    case 'lapsed':
      return { verdict: 'void', title, hint: t('door:lapsed') };
    case 'used':
      return used('');
    case 'unknown':
      return {
        verdict: 'unknown',
        title: t('door:unknown'),
        hint: t(isBookingNumber(code) ? 'door:bookingNumber' : 'door:unknownNote'),
      };
  }
}
