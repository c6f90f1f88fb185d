import type { Shape } from '@/api/types';
import { type Bounds, boundsOf, type Point } from '@/domain/geometry';
import {
  type Area,
  type PlanDocument,
  type Row,
  rounded,
  type Zone,
} from '@/domain/planDocument/document';
import {
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsIn,
  textAt,
} from '@/domain/planDocument/json';
import { rowsOf, seatPoint } from '@/domain/planDocument/walk';

const DEFAULT_RADIUS = 10;
const TEXT_SIZE = 16;
const TEXT_COLOR = '#64748b';
/** Of text without a shape, in font sizes: the usual width of a letter, and a line's height. */
const [LETTER_WIDTH, LINE_HEIGHT] = [0.6, 1.3];
const CORNERS_OF_CIRCLE = 32;
/** As the server draws tables for buyers. */
const TABLE_COLOR = 'rgba(100, 116, 139, 0.16)';
const TABLE_BORDER = 'rgba(100, 116, 139, 0.6)';

const radii = new WeakMap<PlanDocument, number>();

/** The most common seat radius, with which all seats are drawn. */
export function seatRadius(document: PlanDocument): number {
  const known = radii.get(document);
  if (known !== undefined) return known;
  const counts = new Map<number, number>();
  for (const { row } of rowsOf(document)) {
    for (const { json } of row.seats) {
      const radius = numberAt(json, 'radius', DEFAULT_RADIUS);
      counts.set(radius, (counts.get(radius) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort(([a, seatsA], [b, seatsB]) => seatsB - seatsA || a - b);
  const radius = most?.[0] ?? DEFAULT_RADIUS;
  radii.set(document, radius);
  return radius;
}

/** How a table is drawn and sold. */
export interface Table {
  readonly shape: 'round' | 'long';
  readonly width: number;
  readonly height: number;
  /** In degrees, clockwise. */
  readonly rotation: number;
  readonly sold: 'seat' | 'whole';
}

export function tableOf({ json }: Row): Table | null {
  const table = json['table'];
  if (!isObject(table)) return null;
  return {
    shape: table['shape'] === 'long' ? 'long' : 'round',
    width: numberAt(table, 'width'),
    height: numberAt(table, 'height'),
    rotation: numberAt(table, 'rotation'),
    sold: table['sold'] === 'whole' ? 'whole' : 'seat',
  };
}

export interface Standing {
  readonly capacity: number;
  readonly category: string;
}

export function standingOf({ json }: Area): Standing | null {
  const standing = json['standing'];
  if (!isObject(standing)) return null;
  return { capacity: numberAt(standing, 'capacity'), category: textAt(standing, 'category') };
}

/** The drawing of a table, below its chairs. */
export function tableShape(zone: Zone, row: Row): Shape | null {
  const table = tableOf(row);
  if (table === null) return null;
  const name = textAt(row.json, 'row_number');
  const widest = (0.8 * table.width) / Math.max(LETTER_WIDTH * name.length, 1);
  const size = Math.min(widest, 0.5 * table.height, TEXT_SIZE);
  const text = { text: name, color: TEXT_COLOR, size };
  const place = { color: TABLE_COLOR, border_color: TABLE_BORDER, rotation: table.rotation };
  const [x, y] = [zone.x + row.x, zone.y + row.y];
  if (table.shape === 'round') {
    return {
      ...place,
      shape: 'circle',
      x,
      y,
      radius: table.width / 2,
      text: { ...text, x: 0, y: 0 },
    };
  }
  const { width, height } = table;
  const corner = turned({ x: -width / 2, y: -height / 2 }, table.rotation);
  return {
    ...place,
    shape: 'rectangle',
    x: x + corner.x,
    y: y + corner.y,
    width,
    height,
    text: { ...text, x: width / 2, y: height / 2 },
  };
}

/** The drawing of an area; null if there is nothing to see. `color` replaces its own. */
export function areaShape(zone: Zone, area: Area): Shape | null {
  const { json } = area;
  const text = objectAt(json, 'text');
  const words = textAt(text, 'text');
  const body = bodyOf(json);
  if (body.shape === 'text' && words === '') return null;
  const at = objectAt(text, 'position');
  return {
    ...body,
    x: zone.x + area.x,
    y: zone.y + area.y,
    rotation: numberAt(json, 'rotation'),
    color: textAt(json, 'color') || null,
    border_color: textAt(json, 'border_color') || null,
    ...(words !== '' && {
      text: {
        text: words,
        color: textAt(text, 'color') || TEXT_COLOR,
        size: numberAt(text, 'size', TEXT_SIZE),
        x: numberAt(at, 'x'),
        y: numberAt(at, 'y'),
      },
    }),
  };
}

type Body = Pick<
  Shape,
  'shape' | 'width' | 'height' | 'radius' | 'radius_x' | 'radius_y' | 'points'
>;

function bodyOf(json: JsonObject): Body {
  switch (textAt(json, 'shape')) {
    case 'rectangle': {
      const { width, height } = sizeAt(json, 'rectangle');
      return { shape: 'rectangle', width, height };
    }
    case 'circle':
      return { shape: 'circle', radius: numberAt(objectAt(json, 'circle'), 'radius') };
    case 'ellipse': {
      const radius = objectAt(objectAt(json, 'ellipse'), 'radius');
      return { shape: 'ellipse', radius_x: numberAt(radius, 'x'), radius_y: numberAt(radius, 'y') };
    }
    case 'polygon':
      return { shape: 'polygon', points: pointsOf(json).map(({ x, y }) => [x, y]) };
    default:
      return { shape: 'text' };
  }
}

export function sizeAt(json: JsonObject, key: string): { width: number; height: number } {
  const size = objectAt(json, key);
  return { width: numberAt(size, 'width'), height: numberAt(size, 'height') };
}

/** The points of a polygon, relative to the area. */
export function pointsOf(json: JsonObject): Point[] {
  return objectsIn(objectAt(json, 'polygon')['points']).map((point) => ({
    x: numberAt(point, 'x'),
    y: numberAt(point, 'y'),
  }));
}

/** The outline of an area in the plan's coordinates. */
export function areaOutline(zone: Zone, { x, y, json }: Area): Point[] {
  const rotation = numberAt(json, 'rotation');
  return outlineAround(json).map((point) => {
    const { x: dx, y: dy } = turned(point, rotation);
    return { x: zone.x + x + dx, y: zone.y + y + dy };
  });
}

function outlineAround(json: JsonObject): Point[] {
  const body = bodyOf(json);
  switch (body.shape) {
    case 'rectangle':
      return corners(0, 0, body.width ?? 0, body.height ?? 0);
    case 'circle':
      return ring(body.radius ?? 0, body.radius ?? 0);
    case 'ellipse':
      return ring(body.radius_x ?? 0, body.radius_y ?? 0);
    case 'polygon':
      return pointsOf(json);
    case 'text': {
      const text = objectAt(json, 'text');
      const size = numberAt(text, 'size', TEXT_SIZE);
      const position = objectAt(text, 'position');
      const width = Math.max(LETTER_WIDTH * size * textAt(text, 'text').length, size);
      const [left, top] = [numberAt(position, 'x') - width / 2, numberAt(position, 'y')];
      return corners(left, top - (LINE_HEIGHT * size) / 2, width, LINE_HEIGHT * size);
    }
  }
}

/** The outline of a table in the plan's coordinates; null for a row. */
export function tableOutline(zone: Zone, row: Row): Point[] | null {
  const table = tableOf(row);
  if (table === null) return null;
  const { width, height, rotation } = table;
  const around =
    table.shape === 'round'
      ? ring(width / 2, width / 2)
      : corners(-width / 2, -height / 2, width, height);
  return around.map((point) => {
    const { x, y } = turned(point, rotation);
    return { x: zone.x + row.x + x, y: zone.y + row.y + y };
  });
}

const rowBounds = new WeakMap<Row, Bounds>();

/** Bounds of a row's seats, without their radius, and of its table; relative to the zone. */
function boundsInZone(row: Row): Bounds {
  let bounds = rowBounds.get(row);
  if (bounds === undefined) {
    const table = tableOutline({ x: 0, y: 0 } as Zone, row) ?? [];
    const seats = row.seats.map((seat) => seatPoint({ x: 0, y: 0 } as Zone, row, seat));
    bounds = boundsOf([...seats, ...table, ...(row.seats.length === 0 ? [row] : [])], 0);
    rowBounds.set(row, bounds);
  }
  return bounds;
}

/** Bounds of a row's seats with their radius, and of its table. */
export function boundsOfRow(zone: Zone, row: Row, radius: number): Bounds {
  const { x, y, width, height } = boundsInZone(row);
  return {
    x: zone.x + x - radius,
    y: zone.y + y - radius,
    width: width + 2 * radius,
    height: height + 2 * radius,
  };
}

/** Turn a point around 0,0 clockwise; degrees. */
export function turned({ x, y }: Point, degrees: number): Point {
  if (degrees === 0) return { x, y };
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: rounded6(x * cos - y * sin), y: rounded6(x * sin + y * cos) };
}

/** Without the noise of sines, which would show in right angles. */
function rounded6(value: number): number {
  return rounded(value * 1000) / 1000;
}

function corners(x: number, y: number, width: number, height: number): Point[] {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

function ring(radiusX: number, radiusY: number): Point[] {
  return Array.from({ length: CORNERS_OF_CIRCLE }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / CORNERS_OF_CIRCLE;
    return { x: radiusX * Math.cos(angle), y: radiusY * Math.sin(angle) };
  });
}
