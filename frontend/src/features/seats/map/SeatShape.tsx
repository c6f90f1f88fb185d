import type { Standing } from '@/lib/seatmap/seats';

/** Drawn around (0, 0) with radius 1, so that every seat of every plan shares these paths. */
const GLYPHS: Record<Standing, string | null> = {
  available: null,
  mine: 'M-.42 .02L-.12 .34L.44 -.34',
  locked: 'M-.2 -.06V-.26A.2 .2 0 0 1 .2 -.26V-.06M-.38 -.06H.38V.42H-.38Z',
  reserved: 'M0 -.46A.22 .22 0 1 1 0 -.02A.22 .22 0 1 1 0 -.46ZM-.44 .5C-.4 .02 .4 .02 .44 .5Z',
  blocked: 'M-.3 -.3L.3 .3M.3 -.3L-.3 .3',
};

interface SeatShapeProps {
  readonly standing: Standing;
  readonly ringColor?: string | undefined;
}

/** Each standing has a form and a mark of its own besides its colour. */
export function SeatShape({ standing, ringColor }: SeatShapeProps) {
  const glyph = GLYPHS[standing];
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
