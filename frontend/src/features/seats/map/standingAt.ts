import type { Shape } from '@/api/types';
import { fitsInside } from '@/canvas/labelRoom';
import type { Scene } from '@/canvas/scene';
import { assertNever } from '@/domain/assertNever';
import type { Point } from '@/domain/geometry';
import type { StandingArea } from '@/domain/seatMap/standing';

/** The standing area at a point of the plan; null if there is none, or a seat lies over it. */
export function standingAt(
  { shapes, standing, grid, plan }: Pick<Scene, 'shapes' | 'standing' | 'grid' | 'plan'>,
  point: Point,
): StandingArea | null {
  if (standing.length === 0 || grid.nearest(point, plan.seat_radius) !== null) return null;
  const area = standing.find(({ group }) =>
    shapes.some(({ shape }) => shape.group === group && contains(shape, point)),
  );
  return area ?? null;
}

function contains(shape: Shape, point: Point): boolean {
  const angle = (-shape.rotation * Math.PI) / 180;
  const [dx, dy] = [point.x - shape.x, point.y - shape.y];
  const x = dx * Math.cos(angle) - dy * Math.sin(angle);
  const y = dx * Math.sin(angle) + dy * Math.cos(angle);
  const { width = 0, height = 0, radius = 0, radius_x: rx = radius, radius_y: ry = radius } = shape;
  switch (shape.shape) {
    case 'rectangle':
      return x >= 0 && y >= 0 && x <= width && y <= height;
    case 'circle':
    case 'ellipse':
      return (x / rx) ** 2 + (y / ry) ** 2 <= 1;
    case 'polygon': {
      const outline = (shape.points ?? []).map(([px = 0, py = 0]) => ({ x: px, y: py }));
      return fitsInside({ x, y, width: 0, height: 0 }, outline, 0);
    }
    case 'text':
      return false;
    default:
      return assertNever(shape.shape);
  }
}
