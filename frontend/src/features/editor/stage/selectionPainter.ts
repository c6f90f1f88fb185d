import type { Context, Placement } from '@/canvas/surface';
import type { Bounds, Point } from '@/domain/geometry';
import { boundsOfObject } from '@/domain/planDocument/bounds';
import type { Key, PlanDocument, Row, Zone } from '@/domain/planDocument/document';
import { leftToRight } from '@/domain/planDocument/numbering';
import { areaOutline, seatRadius, tableOutline } from '@/domain/planDocument/shapes';
import { find } from '@/domain/planDocument/walk';

/** In CSS pixels. */
const LINE_PX = 2;
const AWAY_PX = 2.5;
/** Strength of the fill, through which the seats' colours show. */
const TINT = 0.4;

interface SelectionStyle {
  readonly accent: string;
  readonly soft: string;
  readonly pixelRatio: number;
}

/** Draw an outline around the selected objects: along rows, around seats and shapes. */
export function paintSelection(
  context: Context,
  at: Placement,
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  { accent, soft, pixelRatio }: SelectionStyle,
): void {
  const radius = seatRadius(document) * at.scale;
  const away = AWAY_PX * pixelRatio;
  const line = LINE_PX * pixelRatio;
  const bodies = new Path2D();
  const outlines = new Path2D();
  for (const key of keys) trace(key);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  // The erased middle leaves one outline around everything that touches.
  context.strokeStyle = accent;
  context.lineWidth = 2 * (radius + away + line);
  context.stroke(bodies);
  context.globalCompositeOperation = 'destination-out';
  context.lineWidth = 2 * (radius + away);
  context.stroke(bodies);
  context.globalCompositeOperation = 'source-over';
  context.strokeStyle = soft;
  context.globalAlpha = TINT;
  context.stroke(bodies);
  context.globalAlpha = 1;
  context.strokeStyle = accent;
  context.lineWidth = line;
  context.stroke(outlines);

  function trace(key: Key): void {
    const found = find(document, key);
    switch (found?.kind) {
      case 'seat':
        traceLine(bodies, [pointOf(found.zone, found.row, found.seat)]);
        break;
      case 'row':
        traceRow(found.zone, found.row);
        break;
      case 'area':
        traceClosed(areaOutline(found.zone, found.area));
        break;
      case 'zone':
        for (const row of found.zone.rows) traceRow(found.zone, row);
        for (const area of found.zone.areas) traceClosed(areaOutline(found.zone, area));
        break;
      case undefined: {
        const bounds = boundsOfObject(document, key);
        if (bounds !== null) traceClosed(cornersOf(bounds));
      }
    }
  }

  function traceRow(zone: Zone, row: Row): void {
    const table = tableOutline(zone, row);
    if (table !== null) {
      traceClosed(table);
      for (const seat of row.seats) traceLine(bodies, [pointOf(zone, row, seat)]);
      return;
    }
    traceLine(
      bodies,
      leftToRight(row.seats).map((seat) => pointOf(zone, row, seat)),
    );
  }

  function pointOf(zone: Zone, row: Row, seat: Point): Point {
    return screenPoint({ x: zone.x + row.x + seat.x, y: zone.y + row.y + seat.y });
  }

  function screenPoint({ x, y }: Point): Point {
    return { x: x * at.scale + at.left, y: y * at.scale + at.top };
  }

  function traceClosed(points: readonly Point[]): void {
    traceLine(outlines, points.map(screenPoint));
    outlines.closePath();
  }
}

/** A single point becomes a dot with round caps. */
function traceLine(path: Path2D, [first, ...others]: readonly Point[]): void {
  if (first === undefined) return;
  path.moveTo(first.x, first.y);
  if (others.length === 0) path.lineTo(first.x + 0.01, first.y);
  for (const { x, y } of others) path.lineTo(x, y);
}

export function cornersOf({ x, y, width, height }: Bounds): Point[] {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}
