/** Calendar files (RFC 5545). */

import { isTimeZone } from '@/i18n/time';

export interface CalendarEntry {
  /** Stable, so that importing again replaces the entry. */
  readonly uid: string;
  /** Grows with each change. */
  readonly sequence: number;
  /** ISO times. */
  readonly start: string;
  readonly end: string | null;
  /** The event's IANA time zone. */
  readonly timeZone: string;
  readonly changedAt: string;
  readonly title: string;
  readonly place: string;
  readonly note: string;
  readonly url: string;
}

const LINE_OCTETS = 75;

/** Return the file's text; without an end time where it is unknown. */
export function calendarFile({
  uid,
  sequence,
  start,
  end,
  timeZone,
  changedAt,
  title,
  place,
  note,
  url,
}: CalendarEntry): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Seatcast//Reservations//EN',
    ...zoneLines(start, timeZone),
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `SEQUENCE:${sequence}`,
    `DTSTAMP:${utc(changedAt)}`,
    `LAST-MODIFIED:${utc(changedAt)}`,
    timeLine('DTSTART', start, timeZone),
    ...(end === null ? [] : [timeLine('DTEND', end, timeZone)]),
    `SUMMARY:${escaped(title)}`,
    `LOCATION:${escaped(place)}`,
    `DESCRIPTION:${escaped(note)}`,
    `URL:${url}`,
    'STATUS:CONFIRMED',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function timeLine(name: string, iso: string, timeZone: string): string {
  return isTimeZone(timeZone)
    ? `${name};TZID=${timeZone}:${stamp(wallClock(iso, timeZone))}`
    : `${name}:${utc(iso)}`;
}

/**
 * Return a VTIMEZONE with the offset at that time. The format requires a definition; calendars that
 * know the zone ignore it.
 */
function zoneLines(start: string, timeZone: string): readonly string[] {
  if (!isTimeZone(timeZone)) return [];
  const offset = offsetOf(start, timeZone);
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${timeZone}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
  ];
}

/** +0100 */
function offsetOf(iso: string, timeZone: string): string {
  const aheadMs = wallClock(iso, timeZone).getTime() - Date.parse(iso);
  const minutes = Math.abs(Math.round(aheadMs / 60_000));
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${aheadMs < 0 ? '-' : '+'}${hour ?? ''}${minute ?? ''}`;
}

/** Local time in the zone, as if it were UTC. */
function wallClock(iso: string, timeZone: string): Date {
  // The Swedish locale uses ISO dates.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return new Date(`${format.format(new Date(iso)).replace(' ', 'T')}Z`);
}

/** 20261218T210000Z */
function utc(iso: string): string {
  return `${stamp(new Date(iso))}Z`;
}

/** 20261218T210000 */
function stamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:]/g, '');
}

function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n?|\n/g, '\\n')
    .replace(/\p{Cc}/gu, '');
}

/** Fold lines at 75 octets, never inside a character. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let text = '';
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > LINE_OCTETS) {
      text += '\r\n ';
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
