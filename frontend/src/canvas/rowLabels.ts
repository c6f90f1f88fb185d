import type { Shape } from '@/api/types';
import type { SeatGrid } from '@/canvas/seatGrid';
import type { Point } from '@/domain/geometry';
import type { Section } from '@/domain/seatMap/sections';

export interface RowLabel extends Point {
  readonly text: string;
}

/** In seat radii: the label's distance from the last seat, and the space it needs. */
const DISTANCE = 2.1;
const ROOM = 1.2;
/** In seat radii: a text of the plan within this distance already labels the row. */
const SAME_PLACE = 6;

/** Return a label for each row end, unless a seat is in the way or the plan has one already. */
export function rowLabelsOf(
  sections: readonly Section[],
  shapes: readonly Shape[],
  grid: SeatGrid,
  seatRadius: number,
): RowLabel[] {
  const rows = sections.flatMap((section) => section.rows);
  const found = rows.flatMap(({ name, seats }) => {
    const [first, second] = seats;
    const [beforeLast, last] = seats.slice(-2);
    if (first === undefined || second === undefined || name === '') return [];
    if (beforeLast === undefined || last === undefined) return [];
    // The top of a table has its name.
    if (first.group !== '') return [];
    return [beyond(second, first), beyond(beforeLast, last)]
      .filter((point) => grid.nearest(point, ROOM * seatRadius) === null)
      .filter((point) => !isLabelled(point, name))
      .map((point) => ({ ...point, text: name }));
  });
  return apart(found, ROOM * seatRadius);

  function isLabelled(point: Point, text: string): boolean {
    return shapes.some((label) => {
      if (label.text?.text !== text) return false;
      const { x, y } = label.text;
      return Math.hypot(label.x + x - point.x, label.y + y - point.y) < SAME_PLACE * seatRadius;
    });
  }

  function beyond(from: Point, end: Point): Point {
    const length = Math.hypot(end.x - from.x, end.y - from.y) || 1;
    const step = (DISTANCE * seatRadius) / length;
    return { x: end.x + (end.x - from.x) * step, y: end.y + (end.y - from.y) * step };
  }
}

/** Drop duplicates where two blocks meet: one label in the aisle serves both rows. */
function apart(labels: readonly RowLabel[], reach: number): RowLabel[] {
  const taken = new Set<string>();
  return labels.filter(({ x, y, text }) => {
    const [column, row] = [Math.floor(x / (2 * reach)), Math.floor(y / (2 * reach))];
    const around = [-1, 0, 1].flatMap((dx) =>
      [-1, 0, 1].map((dy) => `${column + dx} ${row + dy} ${text}`),
    );
    if (around.some((cell) => taken.has(cell))) return false;
    taken.add(`${column} ${row} ${text}`);
    return true;
  });
}
