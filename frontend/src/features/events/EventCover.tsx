const WIDTH = 360;
const HEIGHT = 150;
const ROWS = 8;
const ROW_PITCH = 13;
const SEAT_PITCH = 12.5;
const FIRST_RADIUS = 210;
const STAGE_Y = -158;
const GAMUT = 5;

interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Curved rows around a stage above the picture. */
const DOTS: readonly Dot[] = Array.from({ length: ROWS }, (_, row) => {
  const radius = FIRST_RADIUS + row * ROW_PITCH;
  const seats = 18 + row * 2;
  return Array.from({ length: seats }, (__, seat) => {
    const angle = ((seat - (seats - 1) / 2) * SEAT_PITCH) / radius;
    return {
      x: WIDTH / 2 + Math.sin(angle) * radius,
      y: STAGE_Y + Math.cos(angle) * radius,
    };
  });
}).flat();

interface EventCoverProps {
  readonly seed: number;
  readonly soldShare: number;
}

/** Generated picture of a hall; the share of dim seats is the share that is sold. */
export function EventCover({ seed, soldShare }: EventCoverProps) {
  return (
    <svg
      className={`event-cover event-cover--${seed % GAMUT}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <rect width={WIDTH} height={HEIGHT} />
      <ellipse className="event-cover__light" cx={WIDTH / 2} cy="-14" rx="250" ry="120" />
      <ellipse className="event-cover__light" cx={WIDTH / 2} cy="-14" rx="130" ry="62" />
      {DOTS.map(({ x, y }, index) => (
        <circle
          key={`${x},${y}`}
          className={isGone(index, seed, soldShare) ? 'event-cover__gone' : 'event-cover__seat'}
          cx={x}
          cy={y}
          r="3.9"
        />
      ))}
    </svg>
  );
}

/** Distribute sold seats evenly and deterministically. */
function isGone(index: number, seed: number, soldShare: number): boolean {
  const golden = 0.618033988749895;
  return ((index + 1) * golden + seed * 0.37) % 1 < soldShare;
}
