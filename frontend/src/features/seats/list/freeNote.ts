import { t } from '@/i18n/language';

/** Empty if the number is unknown. */
export function freeNote(free: number | null, total: number): string {
  if (free === null) return '';
  return free === 0 ? t('list:noneFree') : t('list:free', { free, total });
}
