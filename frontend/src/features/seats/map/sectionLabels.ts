import type { Area, Availability } from '@/canvas/areas';
import { sectionName } from '@/features/seats/sectionName';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

/** Accessible name of a section. */
export function sectionLabel(section: Area, availability: Availability, currency: string): string {
  return [sectionName(section), ...availabilityText(availability, currency)].join(', ');
}

/** "12 free", "from €50.00"; or "sold out". */
export function availabilityText(
  { free, priceFrom }: Availability,
  currency: string,
  format = formatMoney,
): string[] {
  if (priceFrom === null) return [t('map:soldOut')];
  return [
    t('map:free', { count: free }),
    t('map:priceFrom', { price: format(priceFrom, currency) }),
  ];
}
