import { t } from '@/lib/i18n/language';
import type { Area, Stock } from '@/lib/map/areas';
import { formatMoney } from '@/lib/money';

/** What a screen reader says for a section. */
export function sectionInWords(section: Area, stock: Stock, currency: string): string {
  return [section.name, ...stockInWords(stock, currency)].join(', ');
}

/** "12 free", "from €50.00"; or that there is nothing left. */
export function stockInWords({ free, priceFrom }: Stock, currency: string): string[] {
  if (priceFrom === null) return [t('map:soldOut')];
  return [
    t('map:free', { count: free }),
    t('map:priceFrom', { price: formatMoney(priceFrom, currency) }),
  ];
}
