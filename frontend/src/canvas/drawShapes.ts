import type { Shape } from '@/api/types';
import { traceOutline } from '@/canvas/outline';
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

interface ShapeStyle {
  /** Pixels per plan unit; the canvas origin is the plan's origin. */
  readonly scale: number;
  /** Text colour where the plan sets none. */
  readonly ink: string;
  readonly fontFamily: string;
}

/** Smaller text would be unreadable. */
const MIN_TEXT_PX = 8;
const OUTLINE_PX = 1;
/** Corner radius in plan units. */
const CORNER = 4;

/** Draw the plan's shapes: stage, walls, text. */
export function drawShapes(
  context: PlanCanvas,
  shapes: readonly Shape[],
  { scale, ink, fontFamily }: ShapeStyle,
): void {
  for (const shape of shapes) {
    context.save();
    context.translate(shape.x * scale, shape.y * scale);
    context.rotate((shape.rotation * Math.PI) / 180);
    drawOutline(context, shape, scale);
    drawText(context, shape, scale, ink, fontFamily);
    context.restore();
  }
}

/**
 * Return the text colour the plan sets, or undefined to use the theme's. Dark text without a
 * background was chosen for a white page, so the theme's colour replaces it.
 */
function ownTextColor({ color, text }: Shape): string | undefined {
  if (text?.color == null) return undefined;
  return color === null && !isLight(text.color) ? undefined : text.color;
}

function isLight(color: string): boolean {
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(color) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return false;
  const brightness =
    0.299 * parseInt(red, 16) + 0.587 * parseInt(green, 16) + 0.114 * parseInt(blue, 16);
  return brightness > 170;
}

function drawOutline(context: PlanCanvas, shape: Shape, scale: number): void {
  context.beginPath();
  traceShape(context, shape, scale);
  if (shape.color !== null) {
    context.fillStyle = shape.color;
    context.fill();
  }
  if (shape.border_color !== null) {
    context.strokeStyle = shape.border_color;
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
  scale: number,
  ink: string,
  fontFamily: string,
): void {
  if (shape.text === undefined) return;
  const { text, size, x, y } = shape.text;
  // Enlarge text in a box to the minimum size if it fits.
  const room = widthOf(shape) * scale;
  const sizePx = room > 0 ? Math.max(size * scale, MIN_TEXT_PX) : size * scale;
  if (sizePx < MIN_TEXT_PX) return;
  context.font = `600 ${sizePx}px ${fontFamily}`;
  if (room > 0 && context.measureText(text).width > room) return;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = ownTextColor(shape) ?? ink;
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
