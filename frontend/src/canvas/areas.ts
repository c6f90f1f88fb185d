import { labelCentre } from '@/canvas/labelRoom';
import { SeatGrid } from '@/canvas/seatGrid';
import { type Bounds, boundsOf, distance, type Point } from '@/domain/geometry';
import { type FreeCounts, poolsOf, sumFree } from '@/domain/seatMap/numbering';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import type { Section } from '@/domain/seatMap/sections';

/** A section as drawn when zoomed out. */
export interface Area {
  readonly index: number;
  readonly name: string;
  /** Of a plan with several floors; else empty. */
  readonly floor: string;
  readonly seatIndexes: readonly number[];
  /** Distinct seat prices, ascending; `priceRanks` has the index of each seat's price. */
  readonly prices: readonly string[];
  readonly priceRanks: Uint16Array;
  /** One polygon for each part of the section, through the centres of its outermost seats. */
  readonly outlines: readonly (readonly Point[])[];
  /** Line width that makes the outline cover the outermost seats. */
  readonly thickness: number;
  readonly bounds: Bounds;
  /** The centre of the largest label that fits. */
  readonly middle: Point;
  /** The category of most seats. */
  readonly categoryId: number | null;
}

const MAX_CORNERS_PER_ROW = 9;
/** Line width in row pitches, a little more than one so that rows touch. */
const OVERLAP = 1.3;
/** In row pitches: parts farther apart than this get separate outlines. */
const PARTS_APART = 2.5;

/** Return the areas of all sections; empty if there is only one, which needs no overview. */
export function areasOf(sections: readonly Section[], seatRadius: number): Area[] {
  if (sections.length < 2) return [];
  return sections.map((section, index) => areaOf(section, index, seatRadius));
}

/** Map each seat's index to the index of its area. */
export function areaByIndex(areas: readonly Area[], seatCount: number): Uint16Array {
  const found = new Uint16Array(seatCount);
  for (const { index, seatIndexes } of areas) {
    for (const seat of seatIndexes) found[seat] = index;
  }
  return found;
}

/** Free seats of a section, and the lowest price among them. */
export interface Availability {
  readonly free: number;
  readonly priceFrom: string | null;
  /** Whether the states of its seats are known, not only their number. */
  readonly isKnown: boolean;
}

function countAvailability(
  area: Area,
  seats: readonly MapSeat[],
  counts: FreeCounts | null,
): Availability {
  let free = 0;
  let cheapest = area.prices.length;
  for (let place = 0; place < area.seatIndexes.length; place++) {
    const status = seats[area.seatIndexes[place] ?? -1]?.status;
    if (status === 'unknown') return countedAvailability(area, counts);
    if (status !== 'available') continue;
    free += 1;
    const rank = area.priceRanks[place] ?? cheapest;
    if (rank < cheapest) cheapest = rank;
  }
  return { free, priceFrom: area.prices[cheapest] ?? null, isKnown: true };
}

function countedAvailability({ name, prices }: Area, counts: FreeCounts | null): Availability {
  const open = poolsOf(counts, name).filter(({ free }) => free > 0);
  const priceFrom = prices.find((price) => open.some((pool) => pool.price === price)) ?? null;
  return { free: sumFree(open), priceFrom, isKnown: false };
}

/** Both the canvas and the buttons ask for the same seats on every change. */
const lastResult = new WeakMap<
  readonly Area[],
  {
    readonly seats: readonly MapSeat[];
    readonly counts: FreeCounts | null;
    readonly availability: readonly Availability[];
  }
>();

/**
 * Return the availability by area, by `counts` where seats' states are unknown. An unchanged entry
 * keeps its identity.
 */
export function availabilityOf(
  areas: readonly Area[],
  seats: readonly MapSeat[],
  counts: FreeCounts | null,
): readonly Availability[] {
  const before = lastResult.get(areas);
  if (before?.seats === seats && before.counts === counts) return before.availability;
  const availability = areas.map((area, place) => {
    const after = countAvailability(area, seats, counts);
    const same = before?.availability[place];
    const isSame =
      same?.free === after.free &&
      same.priceFrom === after.priceFrom &&
      same.isKnown === after.isKnown;
    return isSame ? same : after;
  });
  lastResult.set(areas, { seats, counts, availability });
  return availability;
}

/** A row simplified to a few points. */
export type Line = readonly [Point, ...Point[]];

function areaOf(section: Section, index: number, seatRadius: number): Area {
  const rows = section.rows.map((row) => row.seats);
  const seats = rows.flat();
  const pitch = rowPitch(rows, boundsOf(seats, 0));
  const thickness = Math.max(OVERLAP * pitch, 2.6 * seatRadius);
  const parts = partsOf(rows.flatMap(lineOf), PARTS_APART * Math.max(pitch, 3 * seatRadius));
  const outlines = parts.map(outlineOf);
  const prices = [...new Set(seats.map(({ price }) => price))].sort(
    (a, b) => Number(a) - Number(b),
  );
  return {
    index,
    name: section.name,
    floor: section.floor,
    seatIndexes: seats.map((seat) => seat.index),
    prices,
    priceRanks: Uint16Array.from(seats, ({ price }) => prices.indexOf(price)),
    outlines,
    thickness,
    bounds: boundsOf(seats, thickness),
    middle: labelCentre(outlines, thickness / 2),
    categoryId: mostCommon(seats.map(({ categoryId }) => categoryId)),
  };
}

/** Group lines that are near each other, e.g. separate boxes left and right of a stage. */
function partsOf(lines: readonly Line[], near: number): (readonly Line[])[] {
  const parts: Line[][] = [];
  for (const line of lines) {
    const touched = parts.filter((part) => part.some((other) => areNear(line, other, near)));
    const joined = [...touched.flat(), line];
    for (const part of touched) parts.splice(parts.indexOf(part), 1);
    parts.push(joined);
  }
  return parts;
}

function areNear(one: Line, other: Line, near: number): boolean {
  return marksOf(one).some((a) => marksOf(other).some((b) => distance(a, b) <= near));
}

function marksOf(line: Line): readonly Point[] {
  return [line[0], middleOf(line), line.at(-1) ?? line[0]];
}

function middleOf(line: Line): Point {
  return line[Math.floor(line.length / 2)] ?? line[0];
}

/** Walk along the first row, down the row ends, back along the last row, and up again. */
function outlineOf(lines: readonly Line[]): Point[] {
  const inside = middleOf(lines[Math.floor(lines.length / 2)] ?? [{ x: 0, y: 0 }]);
  const depths = depthsOf(inside, lines);
  const ordered = lines
    .map((line, place) => ({ line, depth: depths[place] ?? 0 }))
    .sort((a, b) => a.depth - b.depth);
  let heading = { x: 1, y: 0 };
  const aligned = ordered.map(({ line }) => {
    const [first, last] = [line[0], line.at(-1) ?? line[0]];
    const along = { x: last.x - first.x, y: last.y - first.y };
    const isBackwards = along.x * heading.x + along.y * heading.y < 0;
    if (along.x !== 0 || along.y !== 0) {
      heading = isBackwards ? { x: -along.x, y: -along.y } : along;
    }
    return isBackwards ? line.toReversed() : line;
  });
  const between = aligned.slice(1, -1);
  return [
    ...(aligned[0] ?? []),
    ...between.flatMap((line) => line.slice(-1)),
    ...(aligned.length > 1 ? (aligned.at(-1) ?? []) : []).toReversed(),
    ...between.flatMap((line) => line.slice(0, 1)).toReversed(),
  ];
}

/** Signed distance of each row to a point, along the direction to the farthest row. */
function depthsOf(point: Point, lines: readonly Line[]): number[] {
  const nearest = lines.map((line) =>
    line.reduce((a, b) => (distance(b, point) < distance(a, point) ? b : a)),
  );
  const farthest = nearest.reduce((a, b) => (distance(b, point) > distance(a, point) ? b : a));
  const length = distance(farthest, point) || 1;
  return nearest.map(
    ({ x, y }) =>
      ((x - point.x) * (farthest.x - point.x) + (y - point.y) * (farthest.y - point.y)) / length,
  );
}

/** Median distance from the middle of a row to the nearest other row. */
function rowPitch(rows: readonly (readonly SeatFacts[])[], bounds: Bounds): number {
  if (rows.length < 2) return 0;
  const seats = rows.flat();
  const grid = new SeatGrid(seats, bounds);
  const widest = Math.max(bounds.width, bounds.height);
  const gaps = rows.flatMap((row) => {
    const from = row[Math.floor(row.length / 2)];
    if (from === undefined) return [];
    for (let reach = widest / 16; reach <= 2 * widest; reach *= 2) {
      const distances = grid.within(boundsOf([from], reach)).flatMap((place) => {
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

/** Return the row as at most one line of a few points; none without seats. */
export function lineOf(row: readonly SeatFacts[]): Line[] {
  const [first, ...others] = row;
  if (first === undefined) return [];
  const step = Math.max((row.length - 1) / (MAX_CORNERS_PER_ROW - 1), 1);
  const line: [Point, ...Point[]] = [{ x: first.x, y: first.y }];
  for (let at = step; at < row.length - 1; at += step) {
    const seat = row[Math.round(at)];
    if (seat !== undefined) line.push({ x: seat.x, y: seat.y });
  }
  const last = others.at(-1);
  if (last !== undefined) line.push({ x: last.x, y: last.y });
  return [line];
}

function mostCommon<Value>(values: readonly Value[]): Value | null {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
