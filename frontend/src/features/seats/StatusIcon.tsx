import { GLYPHS } from '@/canvas/glyphs';
import type { SeatTone } from '@/canvas/palette';
import type { DisplayStatus } from '@/domain/seatMap/seats';

interface StatusIconProps {
  readonly status: DisplayStatus;
  /** In CSS pixels. */
  readonly size: number;
  /** The category's colours, for seats that can be bought. */
  readonly tone?: SeatTone | undefined;
}

/** A seat of this status as SVG, for the legend and the list; on the map `SeatSprites` draws it. */
export function StatusIcon({ status, size, tone }: StatusIconProps) {
  return (
    <svg viewBox="-1.4 -1.4 2.8 2.8" width={size} height={size} aria-hidden="true">
      <g className="status-icon" data-status={status}>
        {status === 'mine' && <circle className="status-icon__ring" r="1.24" />}
        {status === 'reserved' && (
          <rect className="status-icon__body" x="-.9" y="-.9" width="1.8" height="1.8" rx=".42" />
        )}
        {(status === 'available' ||
          status === 'mine' ||
          status === 'locked' ||
          status === 'unknown') && (
          <circle className="status-icon__body" r="0.94" fill={tone?.fill} stroke={tone?.edge} />
        )}
        {status !== 'available' && status !== 'unknown' && (
          <path className="status-icon__glyph" d={GLYPHS[status]} />
        )}
      </g>
    </svg>
  );
}
