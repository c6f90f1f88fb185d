import { GLYPHS } from '@/canvas/glyphs';
import type { DisplayStatus } from '@/domain/seatMap/seats';

interface StatusIconProps {
  readonly status: DisplayStatus;
  /** In CSS pixels. */
  readonly size: number;
  readonly ringColor?: string | undefined;
}

/** A seat of this status as SVG, for the legend and the list; on the map `SeatSprites` draws it. */
export function StatusIcon({ status, size, ringColor }: StatusIconProps) {
  const glyph = status === 'available' ? null : GLYPHS[status];
  return (
    <svg viewBox="-1.4 -1.4 2.8 2.8" width={size} height={size} aria-hidden="true">
      <g className="status-icon" data-status={status}>
        {status === 'mine' && <circle className="status-icon__halo" r="1.36" />}
        {status === 'reserved' ? (
          <rect
            className="status-icon__body"
            x="-.86"
            y="-.86"
            width="1.72"
            height="1.72"
            rx=".42"
          />
        ) : (
          <circle
            className="status-icon__body"
            r={status === 'blocked' ? 0.62 : 0.92}
            stroke={ringColor}
          />
        )}
        {glyph !== null && <path className="status-icon__glyph" d={glyph} />}
      </g>
    </svg>
  );
}
