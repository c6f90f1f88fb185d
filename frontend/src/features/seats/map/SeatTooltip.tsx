import type { EventDetail } from '@/api/types';
import type { Point } from '@/domain/geometry';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';
import { Countdown } from '@/features/seats/Countdown';
import { tooltipPosition } from '@/features/seats/map/tooltipPosition';
import { featureWords, statusText } from '@/features/seats/seatLabels';
import { seatName } from '@/domain/seatMap/seatNames';
import { seatCategory } from '@/features/seats/seatLocation';
import { formatMoney } from '@/i18n/money';

interface SeatTooltipProps {
  readonly seat: MapSeat;
  readonly event: EventDetail;
  readonly clock: ServerClock;
  readonly at: Point;
  readonly seatRadiusPx: number;
  /** Of a tooltip that stays after a tap; null while the pointer hovers. */
  readonly onTouch: (() => void) | null;
}

const ROOM_ABOVE_PX = 150;

/** Hidden from screen readers: the seat's label says the same. */
export function SeatTooltip({ seat, event, clock, at, seatRadiusPx, onTouch }: SeatTooltipProps) {
  const { facts, status, until } = seat;
  const features = featureWords(facts);
  const isBelow = at.y < ROOM_ABOVE_PX;
  const y = at.y + (isBelow ? 1 : -1) * (seatRadiusPx + 10);
  return (
    <div
      className="seat-tooltip"
      data-below={isBelow || undefined}
      data-touched={onTouch !== null || undefined}
      style={{ left: tooltipPosition(at.x), top: y }}
      aria-hidden="true"
      onClick={onTouch ?? undefined}
    >
      <p className="seat-tooltip__head">
        <b>{unbroken(seatName(facts))}</b>
      </p>
      <p>
        {[formatMoney(facts.price, event.currency), seatCategory(facts, event.categories)]
          .filter((part) => part !== '')
          .join(' · ')}
      </p>
      {features.length > 0 && <p>{capitalised(features.join(' · '))}</p>}
      <p className="seat-tooltip__status" data-status={status}>
        {capitalised(statusText(seat))}
        {status === 'mine' && until !== null && (
          <>
            {' · '}
            <Countdown until={until} clock={clock} />
          </>
        )}
      </p>
    </div>
  );
}

/** Let a name wrap only between its parts. */
function unbroken(name: string): string {
  return name
    .split(', ')
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(', ');
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
