import type { Shape } from '@/api/types';
import { traceOutline } from '@/canvas/outline';
import { type ShapeColors, shapeColors, type ShapeTheme } from '@/canvas/shapeColors';
import { assertNever } from '@/domain/assertNever';

/** The part of the canvas API that drawing a plan needs. */
export type PlanCanvas = Pick<
  CanvasRenderingContext2D,
  | 'arc'
  | 'beginPath'
  | 'bezierCurveTo'
  | 'clearRect'
  | 'closePath'
  | 'ellipse'
  | 'fill'
  | 'fillRect'
  | 'fillStyle'
  | 'fillText'
  | 'font'
  | 'lineTo'
  | 'lineWidth'
  | 'measureText'
  | 'moveTo'
  | 'restore'
  | 'rotate'
  | 'roundRect'
  | 'save'
  | 'setTransform'
  | 'stroke'
  | 'strokeStyle'
  | 'textAlign'
  | 'textBaseline'
  | 'translate'
>;

interface ShapeStyle extends ShapeTheme {
  /** Pixels per plan unit; the canvas origin is the plan's origin. */
  readonly scale: number;
  /** Of these pixels per CSS pixel. */
  readonly pixelRatio: number;
  readonly fontFamily: string;
  /** The colours of shapes that do not have those of the plan. */
  readonly colorsOf?: (shape: Shape) => ShapeColors | null;
  /** Whether to enlarge labels outside of shapes that would be too small. */
  readonly enlargesLabels: boolean;
}

/** In CSS pixels. Smaller text is enlarged to this size, or left out. */
const MIN_TEXT_PX = 8;
/** In a narrow shape; smaller text would be unreadable. */
const LEAST_TEXT_PX = 6.5;
/** Text enlarged by more would cover too much of the plan. */
const MAX_ENLARGED = 2;
const OUTLINE_PX = 1;
/** Corner radius in plan units. */
const CORNER = 4;

/** Draw the plan's shapes: stage, walls, text. */
export function drawShapes(context: PlanCanvas, shapes: readonly Shape[], style: ShapeStyle): void {
  const { scale } = style;
  for (const shape of shapes) {
    const colors = style.colorsOf?.(shape) ?? planColorsOf(context, shape, style);
    context.save();
    context.translate(shape.x * scale, shape.y * scale);
    context.rotate((shape.rotation * Math.PI) / 180);
    drawOutline(context, shape, scale, colors);
    drawText(context, shape, style, colors);
    context.restore();
  }
}

interface Colored extends ShapeTheme {
  readonly colors: ShapeColors;
}

const known = new WeakMap<Shape, Colored>();

/** Remember the colours: tiles draw the same shapes again and again. */
function planColorsOf(context: PlanCanvas, shape: Shape, { ground, ink }: ShapeTheme): ShapeColors {
  const found = known.get(shape);
  if (found?.ground === ground && found.ink === ink) return found.colors;
  const colors = shapeColors(shape, { ground, ink }, (color) => {
    context.fillStyle = color;
    return context.fillStyle;
  });
  known.set(shape, { ground, ink, colors });
  return colors;
}

function drawOutline(
  context: PlanCanvas,
  shape: Shape,
  scale: number,
  { fill, border }: ShapeColors,
): void {
  context.beginPath();
  traceShape(context, shape, scale);
  if (fill !== null) {
    context.fillStyle = fill;
    context.fill();
  }
  if (border !== null) {
    context.strokeStyle = border;
    context.lineWidth = OUTLINE_PX;
    context.stroke();
  }
}

function traceShape(context: PlanCanvas, shape: Shape, scale: number): void {
  const { width = 0, height = 0, radius = 0, radius_x: rx = 0, radius_y: ry = 0 } = shape;
  switch (shape.shape) {
    case 'rectangle':
      context.roundRect(0, 0, width * scale, height * scale, CORNER * scale);
      break;
    case 'circle':
      context.arc(0, 0, radius * scale, 0, 2 * Math.PI);
      break;
    case 'ellipse':
      context.ellipse(0, 0, rx * scale, ry * scale, 0, 0, 2 * Math.PI);
      break;
    case 'polygon':
      traceOutline(
        context,
        (shape.points ?? []).map(([x = 0, y = 0]) => ({ x: x * scale, y: y * scale })),
      );
      break;
    case 'text':
      break;
    default:
      assertNever(shape.shape);
  }
}

function drawText(
  context: PlanCanvas,
  shape: Shape,
  { scale, pixelRatio, fontFamily, enlargesLabels }: ShapeStyle,
  colors: ShapeColors,
): void {
  if (shape.text === undefined) return;
  const { text, size, x, y } = shape.text;
  const room = widthOf(shape) * scale;
  let sizePx = Math.max(size * scale, MIN_TEXT_PX * pixelRatio);
  const most = enlargesLabels ? MAX_ENLARGED : 1;
  if (room === 0 && sizePx > most * size * scale) return;
  context.font = `600 ${sizePx}px ${fontFamily}`;
  if (room > 0) {
    sizePx *= Math.min(room / context.measureText(text).width, 1);
    if (sizePx < LEAST_TEXT_PX * pixelRatio) return;
    context.font = `600 ${sizePx}px ${fontFamily}`;
  }
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colors.text;
  context.fillText(text, x * scale, y * scale);
}

/** Width of a shape in plan units; 0 for plain text. */
function widthOf({ width, radius, radius_x: radiusX, points }: Shape): number {
  if (points !== undefined) {
    const xs = points.map(([x = 0]) => x);
    return Math.max(...xs) - Math.min(...xs);
  }
  return width ?? 2 * (radius ?? radiusX ?? 0);
}
