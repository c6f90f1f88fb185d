import { type Bounds, boundsOf, distance, type Point } from '@/domain/geometry';

/** Width / height of a typical label: a number above its count. */
const ASPECT = 1.6;
/** Candidates for a label's centre along each side of the area. */
const STEPS = 7;
/** Points tested along the top and the bottom of a label. */
const PROBES = [0, 0.25, 0.5, 0.75, 1] as const;
/** Factors by which a label grows in the search for the largest that fits. */
const LEAP = 1.5;
const PRECISION = 1.04;

/**
 * Whether a box lies inside an outline, or at most `reach` outside it. `reach` may be negative to
 * keep a margin.
 */
export function fitsInside(box: Bounds, outline: readonly Point[], reach: number): boolean {
  return PROBES.every((share) => {
    const x = box.x + share * box.width;
    return (
      isInside({ x, y: box.y }, outline, reach) &&
      isInside({ x, y: box.y + box.height }, outline, reach)
    );
  });
}

/** Return the centre of the largest label that fits inside one of the outlines, grown by `reach`. */
export function labelCentre(outlines: readonly (readonly Point[])[], reach: number): Point {
  let best = { size: 0, away: 0, centre: outlines[0]?.[0] ?? { x: 0, y: 0 } };
  for (const outline of outlines) {
    const middle = centreOf(outline);
    for (const centre of candidates(outline)) {
      const away = distance(centre, middle);
      // Among equals, the most central.
      const least = best.size * (away < best.away ? 1 : PRECISION);
      if (best.size > 0 && !fitsInside(labelAt(centre, least), outline, reach)) continue;
      const size = largestAt(centre, outline, reach, Math.max(least, reach / 8));
      if (size > 0) best = { size, away, centre };
    }
  }
  return best.centre;
}

function candidates(outline: readonly Point[]): Point[] {
  const { x, y, width, height } = boundsOf(outline, 0);
  const inner = Array.from({ length: STEPS * STEPS }, (_, at) => ({
    x: x + (width * ((at % STEPS) + 1)) / (STEPS + 1),
    y: y + (height * (Math.floor(at / STEPS) + 1)) / (STEPS + 1),
  }));
  return [centreOf(outline), ...inner];
}

/** Return the height of the largest label around a centre; 0 if not even `least` fits. */
function largestAt(centre: Point, outline: readonly Point[], reach: number, least: number): number {
  if (!fitsInside(labelAt(centre, least), outline, reach)) return 0;
  let size = least;
  for (const factor of [LEAP, PRECISION]) {
    while (fitsInside(labelAt(centre, size * factor), outline, reach)) size *= factor;
  }
  return size;
}

function labelAt({ x, y }: Point, height: number): Bounds {
  const width = ASPECT * height;
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function centreOf(outline: readonly Point[]): Point {
  const { x, y, width, height } = boundsOf(outline, 0);
  return { x: x + width / 2, y: y + height / 2 };
}

function isInside(point: Point, outline: readonly Point[], reach: number): boolean {
  const isWithin = contains(outline, point);
  if (isWithin && reach >= 0) return true;
  if (!isWithin && reach <= 0) return false;
  const isNear = isNearEdge(point, outline, Math.abs(reach));
  return isWithin ? !isNear : isNear;
}

function contains(outline: readonly Point[], { x, y }: Point): boolean {
  let isWithin = false;
  let before = outline.at(-1);
  for (const corner of outline) {
    if (before !== undefined && corner.y > y !== before.y > y) {
      const crossing = corner.x + ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y);
      if (x < crossing) isWithin = !isWithin;
    }
    before = corner;
  }
  return isWithin;
}

function isNearEdge(point: Point, outline: readonly Point[], reach: number): boolean {
  let before = outline.at(-1);
  for (const corner of outline) {
    if (before !== undefined && squaredDistance(point, before, corner) <= reach * reach) {
      return true;
    }
    before = corner;
  }
  return false;
}

/** Squared distance of a point to the line between two others. */
function squaredDistance(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const share = Math.min(Math.max(along, 0), 1);
  const [x, y] = [point.x - from.x - share * dx, point.y - from.y - share * dy];
  return x * x + y * y;
}
