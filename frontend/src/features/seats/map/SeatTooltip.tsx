import type { EventDetail } from '@/api/types';
import { radiusPx, type Scene } from '@/canvas/scene';
import { toPlan, toScreen, type Viewport } from '@/canvas/viewport';
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
  readonly scene: Scene;
  /** All seats. */
  readonly seats: readonly MapSeat[];
  /** Indexes of seats offered instead of others. */
  readonly offered: readonly number[];
  readonly viewport: Viewport;
  /** Of a tooltip that stays after a tap; null while the pointer hovers. */
  readonly onTouch: (() => void) | null;
}

const ROOM_ABOVE_PX = 150;
const AWAY_PX = 10;
/** About the size of a seat's tooltip. */
const WIDTH_PX = 200;
const HEIGHT_PX = 96;

/** Hidden from screen readers: the seat's label says the same. */
export function SeatTooltip({
  seat,
  event,
  clock,
  scene,
  seats,
  offered,
  viewport,
  onTouch,
}: SeatTooltipProps) {
  const { facts, status, until } = seat;
  const features = featureWords(facts);
  const at = toScreen(viewport, facts);
  const isBelow = isBetterBelow(at, scene, viewport, (index) => {
    return seats[index]?.status === 'mine' || offered.includes(index);
  });
  const y = at.y + (isBelow ? 1 : -1) * (radiusPx(scene, viewport) + AWAY_PX);
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

/** Whether there is no room for a tooltip above its seat, or it would cover more of these seats. */
function isBetterBelow(
  { x, y }: Point,
  scene: Scene,
  viewport: Viewport,
  isToBeSeen: (index: number) => boolean,
): boolean {
  if (y < ROOM_ABOVE_PX) return true;
  const { scale } = viewport;
  const size = { width: WIDTH_PX / scale, height: HEIGHT_PX / scale };
  const covered = (top: number) => {
    const corner = toPlan(viewport, { x: x - WIDTH_PX / 2, y: top });
    return scene.grid.within({ ...corner, ...size }).filter(isToBeSeen).length;
  };
  const away = radiusPx(scene, viewport) + AWAY_PX;
  return covered(y + away) < covered(y - away - HEIGHT_PX);
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
