import type { Point } from '@/domain/geometry';
import type { SeatFacts } from '@/domain/seatMap/seats';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The direction of each arrow key. */
export const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

const UNIT: Record<Direction, readonly [number, number]> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** A step sideways counts as this many straight ahead, so that aisles are crossed. */
const SIDEWAYS_WEIGHT = 3;
const WIDEST_SLOPE = 2;

/** Return the seat that an arrow key leads to. Left and right follow the row, even a curved one. */
export function neighbour(
  seats: readonly SeatFacts[],
  from: SeatFacts,
  direction: Direction,
): SeatFacts | null {
  const isSideways = direction === 'left' || direction === 'right';
  const inRow = isSideways ? nearestAhead(seats, from, direction) : null;
  return inRow ?? mostNearlyAhead(seats, from, direction);
}

/** Return the place most nearly straight ahead; null if there is none. */
export function mostNearlyAhead<Place extends Point>(
  places: readonly Place[],
  from: Place,
  direction: Direction,
): Place | null {
  let ahead: Place | null = null;
  let aheadScore = Infinity;
  for (const place of places) {
    const { straight, sideways } = stepTo(place, from, direction);
    if (place === from || straight <= 0 || sideways > straight * WIDEST_SLOPE) continue;
    const score = Math.hypot(straight, sideways * SIDEWAYS_WEIGHT);
    if (score < aheadScore) [ahead, aheadScore] = [place, score];
  }
  return ahead;
}

function nearestAhead(
  seats: readonly SeatFacts[],
  from: SeatFacts,
  direction: Direction,
): SeatFacts | null {
  let nearest: SeatFacts | null = null;
  let nearestDistance = Infinity;
  for (const seat of seats) {
    if (seat === from || !isSameRow(seat, from)) continue;
    const { straight, sideways } = stepTo(seat, from, direction);
    const distance = Math.hypot(straight, sideways);
    if (straight > 0 && distance < nearestDistance) [nearest, nearestDistance] = [seat, distance];
  }
  return nearest;
}

function stepTo(to: Point, from: Point, direction: Direction) {
  const [dx, dy] = UNIT[direction];
  const [x, y] = [to.x - from.x, to.y - from.y];
  return { straight: x * dx + y * dy, sideways: Math.abs(x * dy) + Math.abs(y * dx) };
}

function isSameRow(a: SeatFacts, b: SeatFacts): boolean {
  return a.section === b.section && a.row === b.row;
}
