import type { Bounds, Point } from '@/domain/geometry';

export function insetBy({ x, y, width, height }: Bounds, by: number): Bounds {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

export function isWithin({ x, y }: Point, box: Bounds): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/**
 * Return where a line crosses the edge of a box: on the left or, if it is steep, at the top, else
 * at its other end. Null if it does not cross it.
 */
export function entryOf(line: readonly Point[], box: Bounds): Point | null {
  let first: Point | null = null;
  let last: Point | null = null;
  let [isFirstCut, isLastCut] = [false, false];
  for (const [at, to] of line.entries()) {
    const from = line[at - 1];
    const part = from === undefined ? null : cut(from, to, box);
    if (from === undefined || part === null) continue;
    if (first === null) [first, isFirstCut] = [part[0], at > 1 || part[0] !== from];
    [last, isLastCut] = [part[1], at < line.length - 1 || part[1] !== to];
  }
  if (first === null || last === null) return null;
  const isSteep = Math.abs(last.y - first.y) > Math.abs(last.x - first.x);
  const isForward = isSteep ? first.y <= last.y : first.x <= last.x;
  const ends = [
    { point: first, isCut: isFirstCut },
    { point: last, isCut: isLastCut },
  ];
  if (!isForward) ends.reverse();
  return ends.find(({ isCut }) => isCut)?.point ?? null;
}

/** Cut a straight line to a box. An end inside the box keeps its identity. */
function cut(from: Point, to: Point, box: Bounds): readonly [Point, Point] | null {
  let [start, end] = [0, 1];
  for (const [delta, room] of [
    [from.x - to.x, from.x - box.x],
    [to.x - from.x, box.x + box.width - from.x],
    [from.y - to.y, from.y - box.y],
    [to.y - from.y, box.y + box.height - from.y],
  ] as const) {
    if (delta === 0 && room < 0) return null;
    if (delta < 0) start = Math.max(start, room / delta);
    if (delta > 0) end = Math.min(end, room / delta);
  }
  if (start > end) return null;
  return [start === 0 ? from : between(from, to, start), end === 1 ? to : between(from, to, end)];
}

/** Return the part of a polygon inside a box (Sutherland–Hodgman). */
export function clipped(polygon: readonly Point[], box: Bounds): readonly Point[] {
  const sides: readonly ((point: Point) => number)[] = [
    ({ x }) => x - box.x,
    ({ x }) => box.x + box.width - x,
    ({ y }) => y - box.y,
    ({ y }) => box.y + box.height - y,
  ];
  let rest = polygon;
  for (const inside of sides) {
    const kept: Point[] = [];
    let before = rest.at(-1);
    for (const point of rest) {
      const [was, is] = [before === undefined ? -1 : inside(before), inside(point)];
      if (before !== undefined && was >= 0 !== is >= 0) {
        kept.push(between(before, point, was / (was - is)));
      }
      if (is >= 0) kept.push(point);
      before = point;
    }
    rest = kept;
  }
  return rest;
}

/** Return the top of a polygon at this x. */
export function topAt(x: number, polygon: readonly Point[]): number | null {
  let top: number | null = null;
  let before = polygon.at(-1);
  for (const point of polygon) {
    if (before !== undefined && before.x > x !== point.x > x) {
      const { y } = between(before, point, (x - before.x) / (point.x - before.x));
      if (top === null || y < top) top = y;
    }
    before = point;
  }
  return top;
}

function between(from: Point, to: Point, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
