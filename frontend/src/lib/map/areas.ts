import type { Section } from '@/lib/seatmap/hall';
import { SeatGrid } from '@/lib/map/seatGrid';
import type { MapSeat, SeatFacts } from '@/lib/seatmap/seats';
import { type Bounds, boundsOf, type Point } from '@/lib/seatmap/viewport';

/** A section as it is drawn from afar. */
export interface Area {
  readonly index: number;
  readonly name: string;
  readonly seatIndexes: readonly number[];
  /** Around the middles of its outermost seats, with few corners. */
  readonly outline: readonly Point[];
  /** How thick a line around the outline is to be, to cover the seats there as well. */
  readonly thickness: number;
  readonly bounds: Bounds;
  /** A seat in the middle of it: where its name goes. */
  readonly middle: Point;
  /** How far around the middle the section reaches on every side. */
  readonly room: number;
  /** The category of most of its seats. */
  readonly categoryId: number | null;
}

const MOST_CORNERS_A_ROW = 9;
/** How much of the way to the next row a line covers, and then some. */
const OVERLAP = 1.3;

/** Empty when there is just one section: it says no more than the plan does. */
export function areasOf(sections: readonly Section[], seatRadius: number): Area[] {
  if (sections.length < 2) return [];
  return sections.map((section, index) => areaOf(section, index, seatRadius));
}

/** Which area each seat is in. */
export function areaByIndex(areas: readonly Area[], seatCount: number): Uint16Array {
  const found = new Uint16Array(seatCount);
  for (const { index, seatIndexes } of areas) {
    for (const seat of seatIndexes) found[seat] = index;
  }
  return found;
}

/** How many seats of a section are free, and what the cheapest of them costs. */
export interface Stock {
  readonly free: number;
  readonly priceFrom: string | null;
}

export function stockOf(area: Area, seats: readonly MapSeat[]): Stock {
  let free = 0;
  let cheapest: string | null = null;
  for (const index of area.seatIndexes) {
    const seat = seats[index];
    if (seat?.standing !== 'available') continue;
    free += 1;
    const { price } = seat.facts;
    if (cheapest === null || Number(price) < Number(cheapest)) cheapest = price;
  }
  return { free, priceFrom: cheapest };
}

function areaOf(section: Section, index: number, seatRadius: number): Area {
  const rows = section.rows.map((row) => row.seats);
  const seats = rows.flat();
  const pitch = rowPitch(rows, boundsOf(seats, 0));
  const thickness = Math.max(OVERLAP * pitch, 2.6 * seatRadius);
  const middle = middleOf(seats);
  return {
    index,
    name: section.name,
    seatIndexes: seats.map((seat) => seat.index),
    outline: outlineOf(middle, rows),
    thickness,
    bounds: boundsOf(seats, thickness),
    middle,
    room: roomAround(middle, rows) + thickness / 2,
    categoryId: commonest(seats.map(({ categoryId }) => categoryId)),
  };
}

/** Along the first row, down the ends of all the others, back along the last, and up again. */
function outlineOf(middle: Point, rows: readonly (readonly SeatFacts[])[]): Point[] {
  const depths = depthsOf(middle, rows);
  const ordered = rows
    .map((row, place) => ({ corners: corners(row), depth: depths[place] ?? 0 }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ corners: row }) => row);
  let heading = { x: 1, y: 0 };
  const aligned = ordered.map((row) => {
    const [first = middle, last = middle] = [row[0], row.at(-1)];
    const along = { x: last.x - first.x, y: last.y - first.y };
    const isBackwards = along.x * heading.x + along.y * heading.y < 0;
    if (along.x !== 0 || along.y !== 0) {
      heading = isBackwards ? { x: -along.x, y: -along.y } : along;
    }
    return isBackwards ? row.toReversed() : row;
  });
  const between = aligned.slice(1, -1);
  return [
    ...(aligned[0] ?? []),
    ...between.flatMap((row) => row.slice(-1)),
    ...(aligned.length > 1 ? (aligned.at(-1) ?? []) : []).toReversed(),
    ...between.flatMap((row) => row.slice(0, 1)).toReversed(),
  ];
}

/** The least of: how far to the nearest end of a row, and how deep the rows lie on either side. */
function roomAround(middle: Point, rows: readonly (readonly SeatFacts[])[]): number {
  const ends = rows.flatMap((row) => [row[0], row.at(-1)]).filter((seat) => seat !== undefined);
  const depths = depthsOf(middle, rows);
  return Math.min(
    ...ends.map((end) => distance(end, middle)),
    -Math.min(...depths),
    Math.max(...depths),
  );
}

/** How far before or behind the middle each row passes it. */
function depthsOf(middle: Point, rows: readonly (readonly SeatFacts[])[]): number[] {
  const nearest = rows.map((row) =>
    row.reduce((a, b) => (distance(b, middle) < distance(a, middle) ? b : a)),
  );
  const farthest = nearest.reduce((a, b) => (distance(b, middle) > distance(a, middle) ? b : a));
  const length = distance(farthest, middle) || 1;
  return nearest.map(
    ({ x, y }) =>
      ((x - middle.x) * (farthest.x - middle.x) + (y - middle.y) * (farthest.y - middle.y)) /
      length,
  );
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** How far it is, in most rows, to the nearest seat of another row. */
function rowPitch(rows: readonly (readonly SeatFacts[])[], bounds: Bounds): number {
  if (rows.length < 2) return 0;
  const seats = rows.flat();
  const grid = new SeatGrid(seats, bounds);
  const widest = Math.max(bounds.width, bounds.height);
  const gaps = rows.flatMap((row) => {
    const from = row[Math.floor(row.length / 2)];
    if (from === undefined) return [];
    for (let reach = widest / 16; reach <= 2 * widest; reach *= 2) {
      const around = { x: from.x - reach, y: from.y - reach, width: 2 * reach, height: 2 * reach };
      const distances = grid.within(around).flatMap((place) => {
        const seat = seats[place];
        return seat === undefined || seat.row === from.row ? [] : distance(seat, from);
      });
      if (distances.length > 0) return Math.min(...distances);
    }
    return [];
  });
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? 0;
}

function corners(row: readonly SeatFacts[]): Point[] {
  const step = Math.max((row.length - 1) / (MOST_CORNERS_A_ROW - 1), 1);
  const found: Point[] = [];
  for (let at = 0; at < row.length - 1; at += step) {
    const seat = row[Math.round(at)];
    if (seat !== undefined) found.push({ x: seat.x, y: seat.y });
  }
  const last = row.at(-1);
  if (last !== undefined) found.push({ x: last.x, y: last.y });
  return found;
}

/** The seat nearest to the mean of all: in a curved section the mean itself may lie outside. */
function middleOf(seats: readonly SeatFacts[]): Point {
  const x = seats.reduce((sum, seat) => sum + seat.x, 0) / seats.length;
  const y = seats.reduce((sum, seat) => sum + seat.y, 0) / seats.length;
  let nearest: Point = { x, y };
  let least = Infinity;
  for (const seat of seats) {
    const away = Math.hypot(seat.x - x, seat.y - y);
    if (away < least) [nearest, least] = [{ x: seat.x, y: seat.y }, away];
  }
  return nearest;
}

function commonest<Value>(values: readonly Value[]): Value | null {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
