import type { SeatFacts } from '@/domain/seatMap/seats';

export type Direction = 'left' | 'right' | 'up' | 'down';

const UNIT: Record<Direction, readonly [number, number]> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** A step sideways counts as this many straight ahead, so that aisles are crossed. */
const SIDEWAYS_WEIGHT = 3;
const WIDEST_SLOPE = 2;

/**
 * Return the seat that an arrow key leads to. Left and right follow the row, even a curved one;
 * otherwise the seat most nearly straight ahead is next.
 */
export function neighbour(
  seats: readonly SeatFacts[],
  from: SeatFacts,
  direction: Direction,
): SeatFacts | null {
  const [dx, dy] = UNIT[direction];
  let inRow: SeatFacts | null = null;
  let inRowDistance = Infinity;
  let ahead: SeatFacts | null = null;
  let aheadScore = Infinity;
  for (const seat of seats) {
    const x = seat.x - from.x;
    const y = seat.y - from.y;
    const straight = x * dx + y * dy;
    if (seat === from || straight <= 0) continue;
    const sideways = Math.abs(x * dy) + Math.abs(y * dx);
    if (dx !== 0 && isSameRow(seat, from)) {
      const distance = Math.hypot(straight, sideways);
      if (distance < inRowDistance) [inRow, inRowDistance] = [seat, distance];
    }
    if (sideways > straight * WIDEST_SLOPE) continue;
    const score = Math.hypot(straight, sideways * SIDEWAYS_WEIGHT);
    if (score < aheadScore) [ahead, aheadScore] = [seat, score];
  }
  return inRow ?? ahead;
}

function isSameRow(a: SeatFacts, b: SeatFacts): boolean {
  return a.section === b.section && a.row === b.row;
}
