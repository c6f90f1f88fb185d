import { memo } from 'react';

import type { SeatTone } from '@/canvas/palette';
import type { MapSeat } from '@/domain/seatMap/seats';
import { featureWords, statusText, statusWithFeatures } from '@/features/seats/seatLabels';
import { StatusIcon } from '@/features/seats/StatusIcon';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface SeatItemProps {
  readonly seat: MapSeat;
  readonly tone: SeatTone | undefined;
  readonly currency: string;
  readonly isOnSale: boolean;
}

/** One seat. Re-renders only when its own data changes. */
export const SeatItem = memo(function SeatItem({ seat, tone, currency, isOnSale }: SeatItemProps) {
  const { facts, status } = seat;
  const price = formatMoney(facts.price, currency);
  const features = featureWords(facts);
  return (
    <button
      type="button"
      className="seat-item"
      data-seat={facts.index}
      data-status={status}
      aria-label={t('list:seat', {
        seat: facts.seatNumber,
        price,
        status: statusWithFeatures(seat),
      })}
      aria-pressed={status === 'mine'}
      aria-disabled={!isOnSale || !['available', 'mine', 'unknown'].includes(status)}
    >
      <StatusIcon status={status} size={32} tone={tone} />
      <span className="seat-item__what">
        <b>{facts.seatNumber}</b> <span className="tabular">{price}</span>{' '}
        <small>{statusText(seat)}</small>
        {features.length > 0 && (
          <small className="seat-item__features">{features.join(' · ')}</small>
        )}
      </span>
    </button>
  );
});
