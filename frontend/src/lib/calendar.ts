/** Calendar files (RFC 5545) that a phone or a desktop takes in as they are. */

export interface CalendarEntry {
  /** The same for the same thing, so that taking it in again replaces it. */
  readonly uid: string;
  /** ISO times. */
  readonly start: string;
  readonly changedAt: string;
  readonly title: string;
  readonly place: string;
  readonly note: string;
  readonly url: string;
}

const LINE_OCTETS = 75;

/** No end is given: nobody knows it, and a calendar takes that for a point in time. */
export function calendarFile({
  uid,
  start,
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
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${utc(changedAt)}`,
    `DTSTART:${utc(start)}`,
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

/** 20261218T210000Z */
function utc(iso: string): string {
  return new Date(iso).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n?|\n/g, '\\n')
    .replace(/\p{Cc}/gu, '');
}

/** No line is longer than 75 octets, and none is broken inside a character. */
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
