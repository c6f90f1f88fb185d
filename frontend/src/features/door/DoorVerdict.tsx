import type { ListedSeat, ScanResult } from '@/api/types';
import { Icon } from '@/components/Icon';
import type { RefusalReason } from '@/domain/door/decide';
import { seatsInWords } from '@/domain/seatWords';
import type { Verdict } from '@/features/door/doorSession';
import { entryText } from '@/components/entryText';
import { t } from '@/i18n/language';

import '@/components/verdict.css';

interface Shown {
  readonly verdict: 'admitted' | 'void' | 'unpaid' | 'unknown';
  readonly title: string;
  readonly hint: string;
}

/** Distinguished by text, icon and colour, to be readable in the dark. */
export function DoorVerdict({ verdict }: { readonly verdict: Verdict }) {
  const shown = shownOf(verdict);
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

function shownOf(verdict: Verdict): Shown {
  switch (verdict.kind) {
    case 'admitted':
      return {
        verdict: 'admitted',
        title: t('door:admitted', { count: verdict.people }),
        hint: verdict.seats.length === 0 ? t('door:newerThanList') : seatsInWords(verdict.seats),
      };
    case 'refused':
      if (verdict.entry !== undefined)
        return used(verdict.entry.seat === null ? [] : [verdict.entry.seat], verdict.entry);
      return refusal(verdict.reason);
    case 'refusedByServer':
      return refusedByServer(verdict.result, verdict.seats);
  }
}

/** Why the server refused; its codes are those of the API's errors. */
function refusedByServer({ code, entries }: ScanResult, seats: readonly ListedSeat[]): Shown {
  const [first] = entries;
  if (first !== undefined) return used(seats, first);
  const reasons: Readonly<Record<string, RefusalReason>> = {
    ticket_unpaid: 'unpaid',
    ticket_cancelled: 'cancelled',
    ticket_lapsed: 'lapsed',
    ticket_merged: 'outdated',
    // The list had seats that the booking has no longer.
    seat_not_found: 'outdated',
  };
  return refusal(reasons[code] ?? 'unknown');
}

function used(
  seats: readonly ListedSeat[],
  entry: { readonly at: string; readonly gate: string },
): Shown {
  return {
    verdict: 'void',
    title: t('door:used'),
    hint: [seatsInWords(seats), entryText(entry)].filter((part) => part !== '').join(' · '),
  };
}

function refusal(reason: RefusalReason): Shown {
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
      return { verdict: 'void', title: t('door:used'), hint: '' };
    case 'unknown':
      return { verdict: 'unknown', title: t('door:unknown'), hint: t('door:unknownNote') };
  }
}
