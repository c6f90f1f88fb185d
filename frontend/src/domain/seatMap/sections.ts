import { distance } from '@/domain/geometry';
import { grouped } from '@/domain/grouped';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** The seats of a row, in plan order. */
export interface Row {
  readonly name: string;
  readonly seats: readonly SeatFacts[];
}

export interface Section {
  readonly name: string;
  /** Of a plan with several floors; else empty. */
  readonly floor: string;
  readonly rows: readonly Row[];
}

/** A gap this many times the usual distance is an aisle. */
const AISLE = 1.6;

/** Group seats by section and row, in plan order. */
export function sectionsOf(facts: readonly SeatFacts[]): Section[] {
  return [...grouped(facts, ({ section }) => section)].map(([name, seats]) => ({
    name,
    floor: seats[0]?.floor ?? '',
    rows: [...grouped(seats, ({ row }) => row)].map(([row, side]) => ({ name: row, seats: side })),
  }));
}

/** Adjacent seats without an aisle between them. */
export type Block = readonly SeatFacts[];

/** Cached, as blocks are needed on every change of the map. */
const cache = new WeakMap<Section, readonly Block[]>();

/** Return the rows of a section, split at aisles. Seats are ordered by position, not by number. */
export function blocksOf(section: Section): readonly Block[] {
  const blocks = cache.get(section) ?? blocksIn(section);
  cache.set(section, blocks);
  return blocks;
}

const pitches = new WeakMap<Section, number>();

/** Return the usual distance between neighbours in a row; Infinity if no row has two seats. */
export function pitchOf(section: Section): number {
  const pitch = pitches.get(section) ?? pitchIn(linesOf(section));
  pitches.set(section, pitch);
  return pitch;
}

function pitchIn(lines: readonly (readonly SeatFacts[])[]): number {
  return median(lines.flatMap(gapsOf));
}

function linesOf({ rows }: Section): SeatFacts[][] {
  return rows.map(({ seats }) => inLine(seats));
}

function blocksIn(section: Section): Block[] {
  const lines = linesOf(section);
  const pitch = pitchIn(lines);
  return lines.flatMap((line) => cutAtAisles(line, pitch));
}

function cutAtAisles(line: readonly SeatFacts[], pitch: number): Block[] {
  const blocks: Block[] = [];
  let block: SeatFacts[] = [];
  for (const seat of line) {
    const before = block.at(-1);
    if (before !== undefined && distance(before, seat) > pitch * AISLE) {
      blocks.push(block);
      block = [];
    }
    block.push(seat);
  }
  return block.length === 0 ? blocks : [...blocks, block];
}

/** Sort seats along the row's direction, which may be any, or a curve. */
function inLine(seats: readonly SeatFacts[]): SeatFacts[] {
  const { x, y } = directionOf(seats);
  return seats.toSorted((a, b) => a.x * x + a.y * y - (b.x * x + b.y * y));
}

/** The direction of greatest spread (first principal axis). */
function directionOf(seats: readonly SeatFacts[]) {
  const middleX = mean(seats.map(({ x }) => x));
  const middleY = mean(seats.map(({ y }) => y));
  let [xx, xy, yy] = [0, 0, 0];
  for (const seat of seats) {
    const x = seat.x - middleX;
    const y = seat.y - middleY;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return { x: Math.cos(angle), y: Math.sin(angle) };
}

function gapsOf(line: readonly SeatFacts[]): number[] {
  return line.slice(1).map((seat, place) => distance(line[place] ?? seat, seat));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Infinity for an empty list. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}
