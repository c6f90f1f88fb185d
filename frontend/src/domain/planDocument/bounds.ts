import { type Bounds, boundsOf } from '@/domain/geometry';
import {
  BACKGROUND,
  FOCAL_POINT,
  type Key,
  type PlanDocument,
} from '@/domain/planDocument/document';
import { numberAt, objectAt } from '@/domain/planDocument/json';
import { areaOutline, boundsOfRow, seatRadius } from '@/domain/planDocument/shapes';
import { find, seatPoint } from '@/domain/planDocument/walk';

/** Half the side of the focal point's mark. */
const FOCAL_RADIUS = 12;

/** Bounds of an object in the plan's coordinates; null if there is none. */
export function boundsOfObject(document: PlanDocument, key: Key): Bounds | null {
  if (key === FOCAL_POINT) return focalBounds(document);
  if (key === BACKGROUND) return backgroundBounds(document);
  const radius = seatRadius(document);
  const found = find(document, key);
  switch (found?.kind) {
    case 'seat':
      return boundsOf([seatPoint(found.zone, found.row, found.seat)], radius);
    case 'row':
      return boundsOfRow(found.zone, found.row, radius);
    case 'area':
      return boundsOf(areaOutline(found.zone, found.area), 0);
    case 'zone':
      return unionOf([
        ...found.zone.rows.map((row) => boundsOfRow(found.zone, row, radius)),
        ...found.zone.areas.map((area) => boundsOf(areaOutline(found.zone, area), 0)),
      ]);
    case undefined:
      return null;
  }
}

/** Bounds of several objects; null if none of them is there. */
export function boundsOfObjects(document: PlanDocument, keys: Iterable<Key>): Bounds | null {
  return unionOf(
    [...keys].flatMap((key) => {
      const bounds = boundsOfObject(document, key);
      return bounds === null ? [] : [bounds];
    }),
  );
}

/** Bounds of the whole plan; its declared size if it is empty. */
export function boundsOfPlan(document: PlanDocument): Bounds {
  const keys = document.zones.map(({ key }) => key);
  const size = objectAt(document.json, 'size');
  return (
    boundsOfObjects(document, [...keys, FOCAL_POINT, BACKGROUND]) ?? {
      x: 0,
      y: 0,
      width: numberAt(size, 'width', 1000) || 1000,
      height: numberAt(size, 'height', 700) || 700,
    }
  );
}

export function unionOf(all: readonly Bounds[]): Bounds | null {
  const some = all.filter(({ width }) => Number.isFinite(width));
  if (some.length === 0) return null;
  return boundsOf(
    some.flatMap(({ x, y, width, height }) => [
      { x, y },
      { x: x + width, y: y + height },
    ]),
    0,
  );
}

function focalBounds({ json }: PlanDocument): Bounds | null {
  if (json['focal_point'] == null) return null;
  const point = objectAt(json, 'focal_point');
  return boundsOf([{ x: numberAt(point, 'x'), y: numberAt(point, 'y') }], FOCAL_RADIUS);
}

function backgroundBounds({ json }: PlanDocument): Bounds | null {
  if (json['background'] == null) return null;
  const image = objectAt(json, 'background');
  return {
    x: numberAt(image, 'x'),
    y: numberAt(image, 'y'),
    width: numberAt(image, 'width'),
    height: numberAt(image, 'height'),
  };
}
