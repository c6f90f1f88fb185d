import { memo } from 'react';

import type { EventDetail } from '@/api/types';
import type { DisplayStatus } from '@/domain/seatMap/seats';
import { StatusIcon } from '@/features/seats/StatusIcon';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

const ENTRIES: readonly DisplayStatus[] = ['available', 'mine', 'locked', 'reserved', 'blocked'];

interface LegendProps {
  readonly event: EventDetail;
  readonly hasBlocked: boolean;
}

/** Static, so it is memoised. */
export const Legend = memo(function Legend({ event, hasBlocked }: LegendProps) {
  const entries = hasBlocked ? ENTRIES : ENTRIES.filter((status) => status !== 'blocked');
  return (
    <div className="legend" role="group" aria-label={t('map:legend')}>
      <ul>
        {entries.map((status) => (
          <li key={status}>
            <StatusIcon status={status} size={22} />
            {t(`map:legend_${status}`)}
          </li>
        ))}
      </ul>
      {event.categories.length > 0 && (
        <ul>
          {event.categories.map(({ id, name, color, price }) => (
            <li key={id}>
              <svg viewBox="-1.4 -1.4 2.8 2.8" width="22" height="22" aria-hidden="true">
                <circle className="legend__ring" r="0.85" stroke={color} />
              </svg>
              {name}
              <span className="legend__price">
                {formatMoney(price ?? event.price, event.currency)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
});
