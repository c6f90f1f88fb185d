import { t } from '@/i18n/language';

/** Small halls may have no sections. */
export function sectionName(name: string): string {
  return name === '' ? t('choosing:list_noSection') : name;
}
