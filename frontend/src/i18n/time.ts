import { formatterFor } from '@/i18n/formatter';
import { t } from '@/i18n/language';

/** In the local time zone if none is given. */
const dayFormatter = formatterFor((locale, timeZone) =>
  inZone(locale, timeZone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
);
const timeFormatter = formatterFor((locale, timeZone) =>
  inZone(locale, timeZone, { hour: '2-digit', minute: '2-digit' }),
);
const zoneFormatter = formatterFor((locale, timeZone) =>
  inZone(locale, timeZone, { timeZoneName: 'short' }),
);

function inZone(
  locale: string,
  timeZone: string,
  format: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { ...format, ...(timeZone !== '' && { timeZone }) });
}

/**
 * Format a time in `timeZone`, by default the local one. Names the zone if it differs from local
 * time.
 */
export function formatDateTime(iso: string, timeZone = ''): string {
  const date = new Date(iso);
  const own = wordsOf(date, '');
  if (timeZone === '') return t('dateTime', own);
  const isKnown = isTimeZone(timeZone);
  const there = isKnown ? wordsOf(date, timeZone) : own;
  if (isKnown && there.day === own.day && there.time === own.time) return t('dateTime', own);
  const parts = zoneFormatter(isKnown ? timeZone : '').formatToParts(date);
  const zone = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return t('dateTimeInZone', { ...there, zone });
}

function wordsOf(date: Date, timeZone: string): { day: string; time: string } {
  return { day: dayFormatter(timeZone).format(date), time: timeFormatter(timeZone).format(date) };
}

/** Whether the browser knows this time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    zoneFormatter(timeZone);
    return timeZone !== '';
  } catch {
    return false;
  }
}

/** "19:02". */
export function formatTime(iso: string): string {
  return timeFormatter().format(new Date(iso));
}

/** "4:59": seconds are rounded up. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** "3 days", "5 hours" or "4:59", depending on the length. */
export function formatWait(leftMs: number): string {
  const hours = leftMs / 3_600_000;
  if (hours >= 48) return t('days', { count: Math.floor(hours / 24) });
  if (hours >= 2) return t('hours', { count: Math.floor(hours) });
  return formatCountdown(leftMs);
}
