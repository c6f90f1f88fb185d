import { formatterFor } from '@/i18n/formatter';
import { isTimeZone } from '@/i18n/time';

const formatter = formatterFor(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
      ...(timeZone !== '' && { timeZone }),
    }),
);
const dayFormatter = formatterFor(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }),
);

/** "24 May 2030, 19:30:05 CEST" in the venue's time zone. */
export function formatMoment(iso: string, zone: string): string {
  return formatter(isTimeZone(zone) ? zone : '').format(new Date(iso));
}

/** "24 May 2030" of "2030-05-24". */
export function formatDay(day: string): string {
  return dayFormatter().format(new Date(`${day}T00:00:00Z`));
}
