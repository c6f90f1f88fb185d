import { GLYPHS } from '@/canvas/glyphs';
import type { Standing } from '@/domain/seatMap/seats';

interface SeatShapeProps {
  readonly standing: Standing;
  readonly ringColor?: string | undefined;
}

/** Each standing has a form and a mark of its own besides its colour. */
export function SeatShape({ standing, ringColor }: SeatShapeProps) {
  const glyph = standing === 'available' ? null : GLYPHS[standing];
  return (
    <>
      {standing === 'mine' && <circle className="seat__halo" r="1.36" />}
      {standing === 'reserved' ? (
        <rect className="seat__body" x="-.86" y="-.86" width="1.72" height="1.72" rx=".42" />
      ) : (
        <circle
          className="seat__body"
          r={standing === 'blocked' ? 0.62 : 0.92}
          stroke={ringColor}
        />
      )}
      {glyph !== null && <path className="seat__glyph" d={glyph} />}
    </>
  );
}
