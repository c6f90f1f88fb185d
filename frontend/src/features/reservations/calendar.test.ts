import { expect, it } from 'vitest';

import { type CalendarEntry, calendarFile } from '@/features/reservations/calendar';

const ENTRY: CalendarEntry = {
  uid: 'reservation-31@seats.example',
  sequence: 3,
  start: '2026-12-18T21:00:00Z',
  end: null,
  timeZone: 'Europe/Berlin',
  changedAt: '2026-11-21T05:00:00.123456Z',
  title: 'The Late Set',
  place: 'The Copper Room',
  note: 'Reservation no. 31, seat A1.',
  url: 'https://seats.example/reservations/31',
};

function linesOf(changes: Partial<CalendarEntry> = {}): string[] {
  return calendarFile({ ...ENTRY, ...changes }).split('\r\n');
}

it('is one entry with CRLF line endings', () => {
  expect(linesOf()).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Seatcast//Reservations//EN',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Berlin',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0100',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:reservation-31@seats.example',
    'SEQUENCE:3',
    'DTSTAMP:20261121T050000Z',
    'LAST-MODIFIED:20261121T050000Z',
    'DTSTART;TZID=Europe/Berlin:20261218T220000',
    'SUMMARY:The Late Set',
    'LOCATION:The Copper Room',
    'DESCRIPTION:Reservation no. 31\\, seat A1.',
    'URL:https://seats.example/reservations/31',
    'STATUS:CONFIRMED',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
  expect(calendarFile(ENTRY).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

it("has the local time with the zone's offset at that date", () => {
  const lines = linesOf({ start: '2027-01-01T00:30:00Z', timeZone: 'America/St_Johns' });
  expect(lines).toContain('DTSTART;TZID=America/St_Johns:20261231T210000');
  expect(lines).toContain('TZOFFSETTO:-0330');
});

it('has UTC for a zone that the browser does not know', () => {
  const lines = linesOf({ start: '2027-01-01T00:30:00+05:30', timeZone: 'Mars/Olympus' });
  expect(lines).toContain('DTSTART:20261231T190000Z');
  expect(lines).not.toContain('BEGIN:VTIMEZONE');
});

it('escapes separators and line breaks', () => {
  const lines = linesOf({ title: 'Foo; Bar, \\Baz', note: 'One\nTwo\r\nEND:VEVENT\u0007' });
  expect(lines).toContain('SUMMARY:Foo\\; Bar\\, \\\\Baz');
  expect(lines).toContain('DESCRIPTION:One\\nTwo\\nEND:VEVENT');
});

it('folds lines at 75 octets, never inside a character', () => {
  const title = `Ünïcödé ${'für alle 🎭 '.repeat(20)}`.trim();
  const text = calendarFile({ ...ENTRY, title });
  const encoder = new TextEncoder();
  for (const line of text.split('\r\n')) {
    expect(encoder.encode(line).length).toBeLessThanOrEqual(75);
    expect(line).not.toMatch(/\p{Surrogate}|\uFFFD/u);
  }
  expect(text.replaceAll('\r\n ', '')).toContain(`SUMMARY:${title}\r\n`);
  expect(text.match(/\r\n /g)?.length).toBeGreaterThan(2);
});

it('has the end time where it is known', () => {
  expect(linesOf({ end: '2026-12-18T23:30:00Z' })).toContain(
    'DTEND;TZID=Europe/Berlin:20261219T003000',
  );
  expect(linesOf().some((line) => line.startsWith('DTEND'))).toBe(false);
});
