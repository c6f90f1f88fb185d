import type { CSSProperties } from 'react';

import type { EventDetail } from '@/api/types';
import { leftIn, type StandingArea } from '@/domain/seatMap/standing';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import { standingLeftText } from '@/features/seats/seatLabels';
import { formatShortMoney } from '@/i18n/money';

interface StandingButtonsProps {
  readonly areas: readonly StandingArea[];
  readonly seats: readonly MapSeat[];
  readonly counts: FreeCounts | null;
  readonly event: EventDetail;
  /** The plan's middle, from top to bottom, while other areas have labels, too; else null. */
  readonly middleY: number | null;
  readonly onStand: (area: StandingArea) => void;
}

/**
 * The standing areas on the map, each with how many places are left. Beside labels of other areas a
 * button is off its area's middle, away from the plan's, so that it covers none.
 */
export function StandingButtons({
  areas,
  seats,
  counts,
  event,
  middleY,
  onStand,
}: StandingButtonsProps) {
  return areas.map((area) => (
    <button
      key={area.group}
      type="button"
      className="standing-button"
      style={
        {
          left: area.middle.x,
          top: area.middle.y,
          '--outward': middleY === null ? 0 : Math.sign(area.middle.y - middleY),
        } as CSSProperties
      }
      onClick={(click) => {
        click.stopPropagation();
        onStand(area);
      }}
    >
      <b>{area.name}</b> <span>{standingLeftText(area, leftIn(area, seats, counts))}</span>{' '}
      <span>{formatShortMoney(area.price, event.currency)}</span>
    </button>
  ));
}
