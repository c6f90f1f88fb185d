import { formatterFor } from '@/i18n/formatter';
import { t } from '@/i18n/language';

/** In the person's own zone where none is named. */
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
 * A moment as the clocks in a zone show it, an event's for what has to do with one, or else as the
 * person's own do. Says the zone where the person's clock shows another time.
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

/** Whether this browser knows a zone: an older one may not know the newest. */
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

/** "4:59", as a countdown shows it: a second begun counts whole. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** "3 days", "5 hours", "4:59": how long until something, no finer than one can use. */
export function formatWait(leftMs: number): string {
  const hours = leftMs / 3_600_000;
  if (hours >= 48) return t('days', { count: Math.floor(hours / 24) });
  if (hours >= 2) return t('hours', { count: Math.floor(hours) });
  return formatCountdown(leftMs);
}
