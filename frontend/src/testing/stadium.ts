import { sceneOf, type Scene } from '@/canvas/scene';
import type { Point } from '@/domain/geometry';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';

/** The demo's stadium, see `reservations/demo/stadium.py`; every second seat of a row. */
const PITCH: Point = { x: 4_200, y: 2_720 };
const ROW_PITCH = 32;
const AISLE = 56;
const SEAT_PITCH = 40;
const RADIUS = 8;
const TIERS = [
  { first: 101, distance: 320, rows: 23, blocks: { long: 8, short: 5, corner: 2 } },
  { first: 201, distance: 1_280, rows: 28, blocks: { long: 8, short: 5, corner: 4 } },
] as const;

type Side = keyof (typeof TIERS)[0]['blocks'];

interface Stand extends Point {
  readonly side: Side;
  /** Clockwise from the right. */
  readonly degrees: number;
}

const [RIGHT, BOTTOM] = [PITCH.x / 2, PITCH.y / 2];
const STANDS: readonly Stand[] = [
  { side: 'long', x: -RIGHT, y: -BOTTOM, degrees: 0 },
  { side: 'corner', x: RIGHT, y: -BOTTOM, degrees: 0 },
  { side: 'short', x: RIGHT, y: -BOTTOM, degrees: 90 },
  { side: 'corner', x: RIGHT, y: BOTTOM, degrees: 90 },
  { side: 'long', x: RIGHT, y: BOTTOM, degrees: 180 },
  { side: 'corner', x: -RIGHT, y: BOTTOM, degrees: 180 },
  { side: 'short', x: -RIGHT, y: BOTTOM, degrees: 270 },
  { side: 'corner', x: -RIGHT, y: -BOTTOM, degrees: 270 },
];

/** The plan of a stadium of 76 blocks, in two tiers with curved corners. */
export function stadiumScene(): Scene {
  const facts: SeatFacts[] = [];
  for (const { first, distance, rows, blocks } of TIERS) {
    let block = first as number;
    for (const stand of STANDS) {
      const of = blocks[stand.side];
      for (let at = 0; at < of; at++, block++) {
        for (let row = 0; row < rows; row++) {
          for (const place of seatsOf(stand, at / of, 1 / of, distance + ROW_PITCH * row)) {
            facts.push(seat(facts.length, String(block), row, place));
          }
        }
      }
    }
  }
  const { plan, categories } = makeEvent();
  return sceneOf({ ...plan, seat_radius: RADIUS, shapes: [] }, categories, facts);
}

function seat(index: number, section: string, row: number, { x, y }: Point): SeatFacts {
  const name = `${section} ${row}-${index}`;
  return factsOf(makeSeat(index, { section, row: String(row), seat_number: name, x, y }), index);
}

function seatsOf(stand: Stand, from: number, share: number, distance: number): Point[] {
  const span = spanOf(stand.side, distance);
  const room = span * share - AISLE;
  const gaps = Math.floor(room / SEAT_PITCH);
  return Array.from({ length: gaps + 1 }, (_, at) =>
    pointOf(stand, from * span + AISLE / 2 + (room / gaps) * at, distance),
  );
}

function spanOf(side: Side, distance: number): number {
  if (side === 'corner') return (distance * Math.PI) / 2;
  return side === 'long' ? PITCH.x : PITCH.y;
}

function pointOf({ side, x, y, degrees }: Stand, along: number, distance: number): Point {
  const isCorner = side === 'corner';
  const turn = (degrees * Math.PI) / 180 + (isCorner ? along / distance : 0);
  const ahead = isCorner ? 0 : along;
  return {
    x: x + ahead * Math.cos(turn) + distance * Math.sin(turn),
    y: y + ahead * Math.sin(turn) - distance * Math.cos(turn),
  };
}
