import type { Bounds, Point } from '@/domain/geometry';
import { boundsOfObject, boundsOfObjects } from '@/domain/planDocument/bounds';
import {
  BACKGROUND,
  FOCAL_POINT,
  type Key,
  type PlanDocument,
} from '@/domain/planDocument/document';
import { textAt } from '@/domain/planDocument/json';
import { leftToRight } from '@/domain/planDocument/numbering';
import { areaOutline, tableOf } from '@/domain/planDocument/shapes';
import { find } from '@/domain/planDocument/walk';

export type HandleKind = 'rotate' | 'start' | 'end' | 'bend' | 'size' | 'corner';

/** A point of the selection that can be dragged. */
export interface Handle extends Point {
  readonly kind: HandleKind;
  readonly key: Key;
  /** Of a polygon. */
  readonly corner: number;
}

/** In CSS pixels, above the selection. */
export const ROTATE_AWAY_PX = 28;
/** In seat radii, from the end of a row. */
const END_AWAY = 2.3;
const MAX_CORNERS = 60;

/** The handles of a selection; `pxInUnits`: the plan's units of a CSS pixel. */
export function handlesOf(
  document: PlanDocument,
  selection: ReadonlySet<Key>,
  radius: number,
  pxInUnits: number,
): Handle[] {
  const bounds = boundsOfObjects(document, selection);
  const [key] = selection;
  if (bounds === null || key === undefined) return [];
  if (selection.size > 1) return [rotateHandle(bounds, key, pxInUnits)];
  if (key === FOCAL_POINT) return [];
  if (key === BACKGROUND) return [sizeHandle(bounds, key)];
  const found = find(document, key);
  const rotate = rotateHandle(bounds, key, pxInUnits);
  if (found?.kind === 'row' && tableOf(found.row) === null) {
    const { zone, row } = found;
    const points = leftToRight(row.seats).map((seat) => ({
      x: zone.x + row.x + seat.x,
      y: zone.y + row.y + seat.y,
    }));
    return [rotate, ...rowHandles(points, key, radius)];
  }
  if (found?.kind === 'seat') return [];
  if (found?.kind === 'area') {
    const outline = areaOutline(found.zone, found.area);
    const shape = textAt(found.area.json, 'shape');
    if (shape === 'text') return [rotate];
    if (shape !== 'polygon') {
      const corner = outline[shape === 'rectangle' ? 2 : Math.floor(outline.length / 8)];
      return [rotate, ...(corner === undefined ? [] : [at(corner, 'size', key)])];
    }
    if (outline.length > MAX_CORNERS) return [rotate];
    return [rotate, ...outline.map((point, corner) => ({ ...at(point, 'corner', key), corner }))];
  }
  return [rotate];
}

function rowHandles(points: readonly Point[], key: Key, radius: number): Handle[] {
  const [first, second] = points;
  const [beforeLast, last] = points.slice(-2);
  const middle = points[Math.floor((points.length - 1) / 2)];
  if (first === undefined || second === undefined || middle === undefined) return [];
  if (beforeLast === undefined || last === undefined) return [];
  const away = END_AWAY * radius;
  const start = beyond(second, first, away);
  const end = beyond(beforeLast, last, away);
  const [dx, dy] = [last.x - first.x, last.y - first.y];
  const length = Math.hypot(dx, dy) || 1;
  const side = dx >= 0 ? 1 : -1;
  const bend = {
    x: middle.x - ((side * dy) / length) * away,
    y: middle.y + ((side * dx) / length) * away,
  };
  return [at(start, 'start', key), at(end, 'end', key), at(bend, 'bend', key)];
}

function rotateHandle({ x, y, width }: Bounds, key: Key, pxInUnits: number): Handle {
  return at({ x: x + width / 2, y: y - ROTATE_AWAY_PX * pxInUnits }, 'rotate', key);
}

function sizeHandle({ x, y, width, height }: Bounds, key: Key): Handle {
  return at({ x: x + width, y: y + height }, 'size', key);
}

function at({ x, y }: Point, kind: HandleKind, key: Key): Handle {
  return { x, y, kind, key, corner: 0 };
}

export function beyond(from: Point, end: Point, away: number): Point {
  const length = Math.hypot(end.x - from.x, end.y - from.y) || 1;
  return {
    x: end.x + ((end.x - from.x) * away) / length,
    y: end.y + ((end.y - from.y) * away) / length,
  };
}

/** The top and middle of a selection's frame, where the rotate handle's line starts. */
export function frameOf(document: PlanDocument, selection: ReadonlySet<Key>): Bounds | null {
  const [key] = selection;
  return selection.size === 1 && key !== undefined
    ? boundsOfObject(document, key)
    : boundsOfObjects(document, selection);
}
