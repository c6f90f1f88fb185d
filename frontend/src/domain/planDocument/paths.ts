import { distance, type Point } from '@/domain/geometry';

const RADIANS = Math.PI / 180;

/** Points at equal distances on a line from one point to another. */
export function onLine(from: Point, to: Point, count: number): Point[] {
  return Array.from({ length: count }, (_, place) => {
    const share = count > 1 ? place / (count - 1) : 0.5;
    return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  });
}

/**
 * Points at equal distances on an arc from one point to another. `bend` is the angle of the arc in
 * degrees: for a row drawn from left to right, a positive one bends its middle down, away from the
 * stage.
 */
export function onArc(from: Point, to: Point, bend: number, count: number): Point[] {
  const chord = distance(from, to);
  if (bend === 0 || chord === 0) return onLine(from, to, count);
  const half = (bend * RADIANS) / 2;
  const radius = chord / 2 / Math.sin(half);
  const [alongX, alongY] = [(to.x - from.x) / chord, (to.y - from.y) / chord];
  const depth = radius * Math.cos(half);
  return Array.from({ length: count }, (_, place) => {
    const share = count > 1 ? place / (count - 1) : 0.5;
    const angle = -half + share * 2 * half;
    const [along, down] = [radius * Math.sin(angle), radius * Math.cos(angle) - depth];
    return {
      x: (from.x + to.x) / 2 + along * alongX - down * alongY,
      y: (from.y + to.y) / 2 + along * alongY + down * alongX,
    };
  });
}

/** Length of the arc from one point to another. */
export function arcLength(from: Point, to: Point, bend: number): number {
  const half = (Math.abs(bend) * RADIANS) / 2;
  return half === 0 ? distance(from, to) : (distance(from, to) * half) / Math.sin(half);
}

export function lengthOf(path: readonly Point[]): number {
  return path
    .slice(1)
    .reduce((sum, point, place) => sum + distance(path[place] ?? point, point), 0);
}

/** Points at equal distances along a path with corners, from its first point to its last. */
export function alongPath(path: readonly Point[], count: number): Point[] {
  const [first] = path;
  if (first === undefined) return [];
  const step = count > 1 ? lengthOf(path) / (count - 1) : 0;
  const points: Point[] = [];
  let [corner, done] = [0, 0];
  for (let place = 0; place < count; place++) {
    const wanted = place * step;
    let [from, to] = [path[corner] ?? first, path[corner + 1]];
    while (to !== undefined && corner < path.length - 2 && done + distance(from, to) < wanted) {
      done += distance(from, to);
      corner += 1;
      [from, to] = [path[corner] ?? first, path[corner + 1]];
    }
    const length = to === undefined ? 0 : distance(from, to);
    const share = length === 0 ? 0 : Math.min((wanted - done) / length, 1);
    points.push({
      x: from.x + share * ((to ?? from).x - from.x),
      y: from.y + share * ((to ?? from).y - from.y),
    });
  }
  return points;
}

/** How many seats fit on a length, at least one. */
export function seatsOn(length: number, spacing: number): number {
  return Math.max(Math.floor(length / spacing + 0.001) + 1, 1);
}

export interface Block {
  /** The middle of the first row. */
  readonly middle: Point;
  readonly rows: number;
  readonly seats: number;
  readonly seatSpacing: number;
  readonly rowSpacing: number;
  /** Angle of the first row's arc, in degrees. */
  readonly bend: number;
  /** By how many seats each row is longer than the one before. */
  readonly growth: number;
}

/** The seats of each row of a block; arcs have a common centre. */
export function blockPoints(block: Block): Point[][] {
  const { middle, rows, seats, seatSpacing, rowSpacing, bend, growth } = block;
  return Array.from({ length: rows }, (_, row) => {
    const count = Math.max(seats + row * growth, 1);
    const down = row * rowSpacing;
    const length = (count - 1) * seatSpacing;
    if (bend === 0) {
      const y = middle.y + down;
      return onLine({ x: middle.x - length / 2, y }, { x: middle.x + length / 2, y }, count);
    }
    // The distance from the common centre, which is above the block if it bends down.
    const first = ((Math.max(seats, 2) - 1) * seatSpacing) / (Math.abs(bend) * RADIANS);
    const sign = Math.sign(bend);
    const radius = Math.max(first + sign * down, seatSpacing / 2);
    return Array.from({ length: count }, (_seat, place) => {
      const angle = ((place - (count - 1) / 2) * seatSpacing) / radius;
      return {
        x: middle.x + radius * Math.sin(angle),
        y: middle.y + sign * (radius * Math.cos(angle) - first),
      };
    });
  });
}
