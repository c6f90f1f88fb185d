import { GLYPHS } from '@/canvas/glyphs';
import type { DisplayStatus } from '@/domain/seatMap/seats';

interface SeatShapeProps {
  readonly status: DisplayStatus;
  readonly ringColor?: string | undefined;
}

/** Each status has a form and a mark of its own besides its colour. */
export function SeatShape({ status, ringColor }: SeatShapeProps) {
  const glyph = status === 'available' ? null : GLYPHS[status];
  return (
    <>
      {status === 'mine' && <circle className="seat__halo" r="1.36" />}
      {status === 'reserved' ? (
        <rect className="seat__body" x="-.86" y="-.86" width="1.72" height="1.72" rx=".42" />
      ) : (
        <circle className="seat__body" r={status === 'blocked' ? 0.62 : 0.92} stroke={ringColor} />
      )}
      {glyph !== null && <path className="seat__glyph" d={glyph} />}
    </>
  );
}
