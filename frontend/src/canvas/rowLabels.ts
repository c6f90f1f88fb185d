import type { Shape } from '@/api/types';
import type { SeatGrid } from '@/canvas/seatGrid';
import { SEAT_REACH } from '@/canvas/seatSprites';
import type { Point } from '@/domain/geometry';
import type { Section } from '@/domain/seatMap/sections';

export interface RowLabel extends Point {
  readonly text: string;
}

/** In seat radii: the label's distance from the last seat, edge to edge, and the space around it. */
const DISTANCE = 0.55;
const ROOM = 0.7;
/** In seat radii, which are the font size: half the label's height, and half a letter's width. */
const HALF_HEIGHT = 0.5;
const HALF_LETTER = 0.31;
/** In seat radii: labels of one name this near to each other are one. */
const REACH = 1.2;
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
    const half = {
      x: Math.max(HALF_LETTER * name.length, HALF_HEIGHT) * seatRadius,
      y: HALF_HEIGHT * seatRadius,
    };
    return [beyond(second, first, half), beyond(beforeLast, last, half)]
      .filter((point) => !coversSeats(point, half))
      .filter((point) => !isLabelled(point, name))
      .map((point) => ({ ...point, text: name }));
  });
  return apart(found, REACH * seatRadius);

  function coversSeats({ x, y }: Point, half: Point): boolean {
    const reach = { x: half.x + ROOM * seatRadius, y: half.y + ROOM * seatRadius };
    const box = { x: x - reach.x, y: y - reach.y, width: 2 * reach.x, height: 2 * reach.y };
    return grid.within(box).length > 0;
  }

  function isLabelled(point: Point, text: string): boolean {
    return shapes.some((label) => {
      if (label.text?.text !== text) return false;
      const { x, y } = label.text;
      return Math.hypot(label.x + x - point.x, label.y + y - point.y) < SAME_PLACE * seatRadius;
    });
  }

  /** Return the place of a label, of half the size `half`, beyond the end of a row. */
  function beyond(from: Point, end: Point, half: Point): Point {
    const length = Math.hypot(end.x - from.x, end.y - from.y) || 1;
    const [x, y] = [(end.x - from.x) / length, (end.y - from.y) / length];
    const away = (SEAT_REACH + DISTANCE) * seatRadius + Math.abs(x) * half.x + Math.abs(y) * half.y;
    return { x: end.x + x * away, y: end.y + y * away };
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
