import { memo } from 'react';

import { OwnCountdown } from '@/features/seats/map/OwnCountdown';
import { SeatShape } from '@/features/seats/map/SeatShape';
import { seatName } from '@/features/seats/seatWords';
import type { ServerClock } from '@/lib/feed/clock';
import type { MapSeat } from '@/lib/seatmap/seats';

interface SeatMarkProps {
  readonly seat: MapSeat;
  readonly radius: number;
  readonly ringColor: string | undefined;
  readonly currency: string;
  readonly clock: ServerClock;
  /** The one seat that the Tab key reaches. */
  readonly isTabStop: boolean;
  readonly isOnSale: boolean;
}

/** One seat. Drawn again only when something about this very seat has changed. */
export const SeatMark = memo(function SeatMark({
  seat,
  radius,
  ringColor,
  currency,
  clock,
  isTabStop,
  isOnSale,
}: SeatMarkProps) {
  const { facts, standing, until, pending } = seat;
  const isOpen = isOnSale && (standing === 'available' || standing === 'mine');
  return (
    <g transform={`translate(${facts.x} ${facts.y}) scale(${radius})`}>
      <g
        className="seat"
        data-seat={facts.index}
        data-standing={standing}
        data-pending={pending || undefined}
        role="button"
        tabIndex={isTabStop ? 0 : -1}
        aria-label={seatName(seat, currency)}
        aria-pressed={standing === 'mine'}
        aria-disabled={!isOpen}
      >
        <SeatShape standing={standing} ringColor={ringColor} />
      </g>
      {standing === 'available' && (
        <text className="seat__number" aria-hidden="true">
          {facts.number}
        </text>
      )}
      {standing === 'mine' && until !== null && !pending && (
        <OwnCountdown until={until} clock={clock} />
      )}
    </g>
  );
});
