import { formatterFor } from '@/lib/i18n/formatter';
import { t } from '@/lib/i18n/language';

const dayFormatter = formatterFor(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
    }),
);
const timeFormatter = formatterFor(
  (locale) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }),
);

export function formatDateTime(iso: string): string {
  const date = new Date(iso);
  return t('dateTime', { day: dayFormatter().format(date), time: timeFormatter().format(date) });
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
