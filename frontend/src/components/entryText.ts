import type { AdmittedSeat } from '@/api/types';
import { type NamedSeat, seatsInWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';
import { formatDateTime, formatTime } from '@/i18n/time';

type EntryFacts = Pick<AdmittedSeat, 'at' | 'gate'>;

/** An entry; the seat is null if only the server knows it. */
export interface SeatEntry extends EntryFacts {
  readonly seat: NamedSeat | null;
}

/** "Stalls, row A, seats 1, 2 · 19:02, North": all seats, with those that entered together. */
export function entriesText(entries: readonly SeatEntry[]): string {
  return textsOf(entries)
    .map((text) => {
      const seats = entries.flatMap((entry) =>
        entry.seat !== null && entryText(entry) === text ? [entry.seat] : [],
      );
      return seats.length === 0 ? text : `${seatsInWords(seats)} · ${text}`;
    })
    .join('; ');
}

/** When and where people entered, each once. */
export function entryTexts(entries: readonly EntryFacts[]): string {
  return textsOf(entries).join('; ');
}

/** "19:02, North". */
export function entryText({ at, gate }: EntryFacts): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const when = isToday ? formatTime(at) : formatDateTime(at);
  return gate === '' ? when : t('reservations:entryAtGate', { when, gate });
}

function textsOf(entries: readonly EntryFacts[]): string[] {
  return [...new Set(entries.map(entryText))];
}
