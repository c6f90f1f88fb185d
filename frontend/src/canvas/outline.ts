import { distance, type Point } from '@/domain/geometry';

type PathCanvas = Pick<
  CanvasRenderingContext2D,
  'bezierCurveTo' | 'closePath' | 'lineTo' | 'moveTo'
>;

/** Cosine of the largest turn, 30°, at a vertex that is part of a curve. */
const SMOOTH_COS = Math.cos(Math.PI / 6);
/** A side this many times longer than its neighbour is straight, not part of the curve. */
const STRAIGHT = 2.5;

/**
 * Trace a closed polygon, with a curve through vertices that turn only a little: plans describe
 * arcs by points, whose facets would show when zoomed in.
 */
export function traceOutline(path: PathCanvas, points: readonly Point[]): void {
  const corners = points.filter((point, at) => distance(point, points.at(at - 1) ?? point) > 0);
  const [first = points[0]] = corners;
  if (first === undefined) return;
  const tangents = corners.map((corner, at) =>
    tangentAt(corners.at(at - 1) ?? corner, corner, corners[(at + 1) % corners.length] ?? corner),
  );
  path.moveTo(first.x, first.y);
  corners.forEach((from, at) => {
    const next = (at + 1) % corners.length;
    const to = corners[next] ?? from;
    traceSide(path, from, to, tangents[at] ?? null, tangents[next] ?? null);
  });
  path.closePath();
}

function traceSide(
  path: PathCanvas,
  from: Point,
  to: Point,
  leaving: Point | null,
  arriving: Point | null,
): void {
  const away = distance(from, to);
  const along = { x: (to.x - from.x) / away, y: (to.y - from.y) / away };
  // At a corner the curve goes on as the arc that it has been.
  const start = leaving ?? (arriving === null ? null : mirrored(arriving, along));
  const end = arriving ?? (leaving === null ? null : mirrored(leaving, along));
  if (start === null || end === null) {
    path.lineTo(to.x, to.y);
    return;
  }
  const reach = away / 3;
  path.bezierCurveTo(
    from.x + start.x * reach,
    from.y + start.y * reach,
    to.x - end.x * reach,
    to.y - end.y * reach,
    to.x,
    to.y,
  );
}

/** Return the unit tangent at a vertex of a curve; null at a corner. */
function tangentAt(before: Point, point: Point, after: Point): Point | null {
  const [arriving, leaving] = [distance(before, point), distance(point, after)];
  const into = { x: (point.x - before.x) / arriving, y: (point.y - before.y) / arriving };
  const out = { x: (after.x - point.x) / leaving, y: (after.y - point.y) / leaving };
  if (!(into.x * out.x + into.y * out.y >= SMOOTH_COS)) return null;
  if (arriving > STRAIGHT * leaving) return into;
  if (leaving > STRAIGHT * arriving) return out;
  const sum = {
    x: into.x * leaving + out.x * arriving,
    y: into.y * leaving + out.y * arriving,
  };
  const length = Math.hypot(sum.x, sum.y);
  return { x: sum.x / length, y: sum.y / length };
}

/** Mirror a tangent at the perpendicular of a side, as at the other end of an arc. */
function mirrored(tangent: Point, along: Point): Point {
  const share = 2 * (tangent.x * along.x + tangent.y * along.y);
  return { x: share * along.x - tangent.x, y: share * along.y - tangent.y };
}
