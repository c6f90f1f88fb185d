import { distance, type Point } from '@/domain/geometry';
import { makeSeat, type NewId, randomId } from '@/domain/planDocument/build';
import {
  at,
  type Key,
  type PlanDocument,
  type Row,
  rounded,
  type Seat,
} from '@/domain/planDocument/document';
import { numberAt, textAt, withKey } from '@/domain/planDocument/json';
import { leftToRight } from '@/domain/planDocument/numbering';
import { onArc } from '@/domain/planDocument/paths';
import { radiusOfRow } from '@/domain/planDocument/tables';
import { mapPlan } from '@/domain/planDocument/walk';

export interface RowShape {
  readonly count: number;
  /** Between the seats, along the row. */
  readonly spacing: number;
  /** In degrees; 0 is straight. */
  readonly bend: number;
}

/** How a row is laid out now: its usual spacing, and its curve even if the file does not say it. */
export function rowShapeOf(row: Row): RowShape {
  const seats = leftToRight(row.seats);
  const bend = bendOf(row, seats);
  const gaps = seats.slice(1).map((seat, place) => distance(seats[place] ?? seat, seat));
  const gap = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
  if (gap === undefined) return { count: seats.length, spacing: 2.4 * radiusOfRow(row, 10), bend };
  // Along the arc, not straight from seat to seat.
  const half = (Math.abs(bend) * Math.PI) / 360 / gaps.length;
  return { count: seats.length, spacing: half === 0 ? gap : (gap * half) / Math.sin(half), bend };
}

/** Smaller curves are inaccurate coordinates. */
const LEAST_BEND = 2;

function bendOf(row: Row, seats: readonly Seat[]): number {
  const [first, last] = [seats[0], seats.at(-1)];
  if (typeof row.json['curve'] === 'number') return numberAt(row.json, 'curve');
  const middle = seats[Math.floor(seats.length / 2)];
  if (first === undefined || last === undefined || middle === undefined) return 0;
  const chord = distance(first, last);
  if (seats.length < 3 || chord === 0) return 0;
  const [dx, dy] = [last.x - first.x, last.y - first.y];
  const along = ((middle.x - first.x) * dx + (middle.y - first.y) * dy) / chord;
  const down = (dx * (middle.y - first.y) - dy * (middle.x - first.x)) / chord;
  // The angle under which the row's ends are seen from the middle seat gives its circle.
  const seen = Math.atan2(along, Math.abs(down)) + Math.atan2(chord - along, Math.abs(down));
  const bend = (Math.sign(down) * 2 * (Math.PI - seen) * 180) / Math.PI;
  return Math.abs(bend) < LEAST_BEND ? 0 : Math.round(bend * 10) / 10;
}

/** Lay a row out anew around its middle; seats that stay keep their identity and number. */
export function relaidRow(
  document: PlanDocument,
  key: Key,
  { count, spacing, bend }: RowShape,
  newId: NewId = randomId,
): PlanDocument {
  return mapPlan(document, {
    row: (row) => {
      const seats = leftToRight(row.seats);
      const [first, last] = [seats[0], seats.at(-1)];
      if (row.key !== key || first === undefined || last === undefined) return row;
      const before = rowShapeOf(row);
      const isOnlyLonger = spacing === before.spacing && bend === before.bend;
      const points = isOnlyLonger
        ? continued(seats, count, spacing)
        : relaidPoints(first, last, before.bend, { count, spacing, bend });
      const style = { category: textAt(last.json, 'category'), radius: radiusOfRow(row, 10) };
      const kept = points.map((point, place) => {
        const seat = seats[place];
        if (seat !== undefined) return at(seat, point.x, point.y);
        return makeSeat(point, String(place + 1), style, newId);
      });
      const curve = bend === 0 ? undefined : rounded(bend);
      const json = isOnlyLonger ? row.json : withKey(row.json, 'curve', curve);
      return { ...row, seats: kept, json };
    },
  });
}

/** Leave seats away at a row's end, or go on there with the curve of its last seats. */
function continued(seats: readonly Point[], count: number, spacing: number): Point[] {
  const points = seats.slice(0, count).map(({ x, y }) => ({ x, y }));
  while (points.length < count) {
    const [before, beforeLast, last] = [points.at(-3), points.at(-2), points.at(-1)];
    if (last === undefined) break;
    const angle = beforeLast === undefined ? 0 : angleOf(beforeLast, last);
    const turn =
      before === undefined || beforeLast === undefined ? 0 : angle - angleOf(before, beforeLast);
    points.push({
      x: last.x + spacing * Math.cos(angle + turn),
      y: last.y + spacing * Math.sin(angle + turn),
    });
  }
  return points;
}

function angleOf(from: Point, to: Point): number {
  return Math.atan2(to.y - from.y, to.x - from.x);
}

function relaidPoints(first: Point, last: Point, before: number, shape: RowShape): Point[] {
  const { count, spacing, bend } = shape;
  const angle = first === last ? 0 : Math.atan2(last.y - first.y, last.x - first.x);
  const arc = (Math.abs(bend) * Math.PI) / 360;
  const length = (count - 1) * spacing;
  const chord = arc === 0 ? length : (length * Math.sin(arc)) / arc;
  const middle = onArc(first, last, before, 3)[1] ?? first;
  const sag = arc === 0 ? 0 : (Math.sign(bend) * chord * Math.tan(arc / 2)) / 2;
  // The seat in the middle of the row stays in its place.
  const [cx, cy] = [middle.x + sag * Math.sin(angle), middle.y - sag * Math.cos(angle)];
  const [dx, dy] = [(Math.cos(angle) * chord) / 2, (Math.sin(angle) * chord) / 2];
  return onArc({ x: cx - dx, y: cy - dy }, { x: cx + dx, y: cy + dy }, bend, count);
}
