import { type Area, lineOf } from '@/canvas/areas';
import type { Scene } from '@/canvas/scene';
import { type Bounds, boundsOf, distance, type Point } from '@/domain/geometry';
import { grouped } from '@/domain/grouped';
import type { Section } from '@/domain/seatMap/sections';

/** In seat radii: a label within this distance of a row's end belongs to the row. */
const NEAR_END = 6;

export interface EdgeRow {
  readonly name: string;
  readonly line: readonly Point[];
  /** The middles between its neighbouring seats, where a label may have room. */
  readonly gaps: readonly Point[];
  readonly bounds: Bounds;
  /** Where the plan shows the row's name. */
  readonly shownAt: readonly Point[];
}

export interface EdgeSection {
  readonly name: string;
  /** Undefined if there is only one section, which needs no name. */
  readonly area: Area | undefined;
  readonly rows: readonly EdgeRow[];
  /** Texts of the plan with the section's name. */
  readonly shownAt: readonly ShownText[];
}

/** A text of the plan, or the label of a row. */
export interface ShownText {
  readonly text: string;
  /** In plan units; 0 for the label of a row, which names no section. */
  readonly size: number;
  readonly point: Point;
}

/** The texts of a plan, by their letters in lower case. */
export function textsOf({ plan, rowLabels }: Scene): ReadonlyMap<string, readonly ShownText[]> {
  const texts = [
    ...plan.shapes.flatMap(({ x, y, text }) =>
      text === undefined
        ? []
        : [{ text: text.text, size: text.size, point: { x: x + text.x, y: y + text.y } }],
    ),
    ...rowLabels.map(({ text, x, y }) => ({ text, size: 0, point: { x, y } })),
  ];
  return grouped(texts, ({ text }) => text.toLowerCase());
}

export function edgeSection(
  { name, rows }: Section,
  area: Area | undefined,
  texts: ReadonlyMap<string, readonly ShownText[]>,
  seatRadius: number,
): EdgeSection {
  const namedRows = rows.filter((row) => row.name !== '');
  return {
    name,
    area,
    rows: namedRows.flatMap((row) =>
      lineOf(row.seats).map((line): EdgeRow => {
        const ends = [line[0], line.at(-1) ?? line[0]];
        const shownAt = (texts.get(row.name.toLowerCase()) ?? [])
          .map(({ point }) => point)
          .filter((point) => ends.some((end) => distance(end, point) <= NEAR_END * seatRadius));
        return {
          name: row.name,
          line,
          gaps: gapsOf(row.seats),
          bounds: boundsOf(line, 0),
          shownAt,
        };
      }),
    ),
    shownAt: texts.get(name.toLowerCase()) ?? [],
  };
}

function gapsOf(seats: readonly Point[]): Point[] {
  return seats.slice(1).map((seat, before) => {
    const { x, y } = seats[before] ?? seat;
    return { x: (x + seat.x) / 2, y: (y + seat.y) / 2 };
  });
}
