import type { Scene } from '@/canvas/scene';
import type { Viewport } from '@/canvas/viewport';
import { distance, type Point } from '@/domain/geometry';
import type { MapSeat } from '@/domain/seatMap/seats';

interface Reach {
  /** From a free seat's centre, in CSS pixels. */
  readonly snapPx: number;
  /** Within this many radii of a seat's centre, a pointer is on that seat, free or not. */
  readonly onSeatRadii: number;
  /** Within this many radii, a seat that is not free can still be meant if no free one is. */
  readonly takenRadii: number;
}

const MOUSE: Reach = { snapPx: 10, onSeatRadii: 1, takenRadii: 1.1 };
/** A finger reports a point some pixels away from where it aims. */
const FINGER: Reach = { snapPx: 22, onSeatRadii: 1.25, takenRadii: 2 };

/**
 * Return the index of the seat that a click at a plan point means: the seat below it, else the
 * nearest free one, else a taken one nearby, else the table whose top is below it if it is sold as
 * a whole; null if there is none.
 */
export function seatMeant(
  { grid, plan, tables }: Pick<Scene, 'grid' | 'plan' | 'tables'>,
  seats: readonly MapSeat[],
  point: Point,
  { scale }: Pick<Viewport, 'scale'>,
  isFinger: boolean,
): number | null {
  const { snapPx, onSeatRadii, takenRadii } = isFinger ? FINGER : MOUSE;
  const radius = plan.seat_radius;
  return (
    grid.nearest(point, onSeatRadii * radius) ??
    grid.nearest(point, snapPx / scale, (index) => seats[index]?.status === 'available') ??
    grid.nearest(point, takenRadii * radius) ??
    tables.find(({ top }) => distance(point, top) < top.radius)?.index ??
    null
  );
}
