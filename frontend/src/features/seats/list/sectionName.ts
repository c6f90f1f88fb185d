import { t } from '@/i18n/language';

/** A small house may have no sections at all. */
export function sectionName(name: string): string {
  return name === '' ? t('choosing:list_noSection') : name;
}
