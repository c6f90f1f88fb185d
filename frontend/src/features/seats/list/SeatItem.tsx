import { memo } from 'react';

import type { MapSeat } from '@/domain/seatMap/seats';
import { SeatShape } from '@/features/seats/map/SeatShape';
import { statusInWords } from '@/features/seats/seatWords';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface SeatItemProps {
  readonly seat: MapSeat;
  readonly ringColor: string | undefined;
  readonly currency: string;
  readonly isOnSale: boolean;
}

/** One seat. Drawn again only when something about this very seat has changed. */
export const SeatItem = memo(function SeatItem({
  seat,
  ringColor,
  currency,
  isOnSale,
}: SeatItemProps) {
  const { facts, status, pending } = seat;
  const price = formatMoney(facts.price, currency);
  const words = statusInWords(seat);
  return (
    <button
      type="button"
      className="seat-item"
      data-seat={facts.index}
      data-status={status}
      aria-label={t('choosing:list_seat', { seat: facts.seatNumber, price, status: words })}
      aria-pressed={status === 'mine'}
      aria-disabled={!isOnSale || (status !== 'available' && status !== 'mine')}
    >
      <svg viewBox="-1.4 -1.4 2.8 2.8" width="32" height="32" aria-hidden="true">
        <g className="seat" data-status={status} data-pending={pending || undefined}>
          <SeatShape status={status} ringColor={ringColor} />
        </g>
      </svg>
      <span className="seat-item__what">
        <b>{facts.seatNumber}</b> <span className="tabular">{price}</span> <small>{words}</small>
      </span>
    </button>
  );
});
