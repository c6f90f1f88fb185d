import { locale } from '@/i18n/language';
import { isTimeZone } from '@/i18n/time';

export function formatShare(share: number): string {
  const form = { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(locale(), form).format(share);
}

/** "14:05:09". */
export function formatClock(time: number): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(time);
}

/** "14:05" in the event's time zone. */
export function formatMinute(time: number, timeZone: string): string {
  return inZone(time, timeZone, { timeStyle: 'short' });
}

/** "24 May, 14:05" in the event's time zone. */
export function formatShortMoment(time: number, timeZone: string): string {
  return inZone(time, timeZone, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** "24 May, 14:05 CEST": also names the event's time zone. */
export function formatMoment(time: number, timeZone: string): string {
  return inZone(time, timeZone, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
}

function inZone(time: number, timeZone: string, form: Intl.DateTimeFormatOptions): string {
  const zoned = isTimeZone(timeZone) ? { ...form, timeZone } : form;
  return new Intl.DateTimeFormat(locale(), zoned).format(time);
}
