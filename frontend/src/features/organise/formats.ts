import { locale } from '@/i18n/language';

export function formatShare(share: number): string {
  const form = { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(locale(), form).format(share);
}

/** "14:05:09". */
export function formatClock(time: number): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(time);
}
