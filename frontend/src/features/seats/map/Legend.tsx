import { memo, useMemo } from 'react';

import type { EventDetail } from '@/api/types';
import type { DisplayStatus, SeatFacts } from '@/domain/seatMap/seats';
import type { SoldAndBlocked } from '@/features/seats/map/useSoldAndBlocked';
import { StatusIcon } from '@/features/seats/StatusIcon';
import { useSeatTones } from '@/features/seats/useSeatTones';
import { t } from '@/i18n/language';
import { formatShortMoney } from '@/i18n/money';

const TAKEN = ['mine', 'locked', 'reserved', 'blocked'] as const satisfies DisplayStatus[];
const ICON_PX = 20;

interface LegendProps extends SoldAndBlocked {
  readonly event: EventDetail;
  /** Stable while the layout stays the same. */
  readonly facts: readonly SeatFacts[];
}

/** What can be bought, with its prices, and what the other marks mean. Static, so memoised. */
export const Legend = memo(function Legend({ event, facts, hasBlocked, sold }: LegendProps) {
  const { categories, currency } = event;
  const tones = useSeatTones(categories);
  const plainPrice = useMemo(() => plainPriceOf(facts, currency), [facts, currency]);
  const soldIds = JSON.parse(sold) as readonly (number | null)[];
  const marks = hasBlocked ? TAKEN : TAKEN.filter((status) => status !== 'blocked');
  return (
    <div className="legend" role="group" aria-label={t('map:legend')}>
      <ul aria-label={t('map:legend_available')}>
        {plainPrice !== null && soldIds.includes(null) && (
          <li>
            <StatusIcon status="available" size={ICON_PX} />
            {t('map:legend_available')}
            <span className="legend__price">{plainPrice}</span>
          </li>
        )}
        {categories
          .filter(({ id }) => soldIds.includes(id))
          .map(({ id, name, price }) => (
            <li key={id}>
              <StatusIcon status="available" size={ICON_PX} tone={tones.get(id)} />
              {name}
              <span className="legend__price">
                {formatShortMoney(price ?? event.price, currency)}
              </span>
            </li>
          ))}
      </ul>
      <ul>
        {marks.map((status) => (
          <li key={status}>
            <StatusIcon status={status} size={ICON_PX} />
            {t(`map:legend_${status}`)}
          </li>
        ))}
      </ul>
    </div>
  );
});

/** The price of seats without a category, or their range; null if there are none. */
function plainPriceOf(facts: readonly SeatFacts[], currency: string): string | null {
  let [least, most] = [Infinity, -Infinity];
  for (const { categoryId, price } of facts) {
    if (categoryId !== null) continue;
    least = Math.min(least, Number(price));
    most = Math.max(most, Number(price));
  }
  if (least > most) return null;
  const ends = least === most ? [least] : [least, most];
  return ends.map((end) => formatShortMoney(String(end), currency)).join('–');
}
