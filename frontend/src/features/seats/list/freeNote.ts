import { t } from '@/i18n/language';

export function freeNote(free: number, total: number): string {
  return free === 0 ? t('choosing:list_noneFree') : t('choosing:list_free', { free, total });
}
