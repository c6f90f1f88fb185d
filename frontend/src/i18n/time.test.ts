import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { applyLanguage } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

const DOORS = '2026-12-18T19:00:00Z';

/** Node takes the machine's time zone from here. */
const { env } = process;
const before = env['TZ'];
beforeAll(() => {
  env['TZ'] = 'Europe/London';
});
beforeEach(() => {
  vi.stubGlobal('document', { documentElement: {} });
});
afterAll(() => {
  if (before === undefined) delete env['TZ'];
  else env['TZ'] = before;
});
afterEach(async () => {
  await applyLanguage('en');
});

it.each([
  ['Europe/Berlin', 'Fri, 18 Dec 2026, 20:00 CET'],
  ['America/New_York', 'Fri, 18 Dec 2026, 14:00 GMT-5'],
  ['Asia/Tokyo', 'Sat, 19 Dec 2026, 04:00 GMT+9'],
])("an event in %s has local time with the zone's name", (zone, shown) => {
  expect(formatDateTime(DOORS, zone)).toBe(shown);
});

it.each(['Europe/London', 'Europe/Lisbon', 'UTC'])(
  "the zone is omitted where the user's clock shows the same time (%s)",
  (zone) => {
    expect(formatDateTime(DOORS, zone)).toBe('Fri, 18 Dec 2026, 19:00');
  },
);

it('in German, too', async () => {
  await applyLanguage('de');
  expect(formatDateTime(DOORS, 'Europe/Berlin')).toBe('Fr., 18. Dez. 2026, 20:00 Uhr MEZ');
});

it("an unknown zone falls back to the user's time, with its name", () => {
  expect(formatDateTime(DOORS, 'Mars/Olympus')).toBe('Fri, 18 Dec 2026, 19:00 GMT');
});
