import type { Section } from '@/domain/seatMap/sections';
import { t } from '@/i18n/language';

/** "Circle", or "Circle · First floor" if there are several. Small halls may have no sections. */
export function sectionName({ name, floor }: Pick<Section, 'name' | 'floor'>): string {
  const words = name === '' ? t('choosing:list_noSection') : name;
  return floor === '' ? words : `${words} · ${floor}`;
}
