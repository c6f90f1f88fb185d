import type { Area, Availability } from '@/canvas/areas';
import type { Point } from '@/domain/geometry';
import { availabilityText } from '@/features/seats/map/sectionLabels';
import { sectionName } from '@/features/seats/sectionName';
import { tooltipPosition } from '@/features/seats/map/tooltipPosition';

interface SectionTooltipProps {
  readonly section: Area;
  readonly availability: Availability;
  readonly currency: string;
  readonly at: Point;
}

const AWAY_PX = 18;
const ROOM_ABOVE_PX = 110;

/** Hidden from screen readers: the section's label says the same. */
export function SectionTooltip({ section, availability, currency, at }: SectionTooltipProps) {
  const isBelow = at.y < ROOM_ABOVE_PX;
  return (
    <div
      className="seat-tooltip"
      data-below={isBelow || undefined}
      style={{ left: tooltipPosition(at.x), top: at.y + (isBelow ? AWAY_PX : -AWAY_PX) }}
      aria-hidden="true"
    >
      <p className="seat-tooltip__head">
        <b>{sectionName(section)}</b>
      </p>
      <p>{availabilityText(availability, currency).join(' · ')}</p>
    </div>
  );
}
