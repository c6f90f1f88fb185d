import { createCanvas, type Context, type Placement } from '@/canvas/surface';
import type { Bounds, Point, Size } from '@/domain/geometry';

type Paint = (context: Context, at: Placement, box: Bounds) => void;

/** Around what is lifted, in CSS pixels: for its outline and the rows' labels. */
const MARGIN_PX = 12;

/** What is being dragged, drawn once and then copied, moved or turned. */
export class LiftedPart {
  readonly bounds: Bounds;
  readonly #paint: Paint;
  readonly #radius: number;
  #sprite: { readonly context: Context; readonly scale: number; readonly box: Bounds } | null =
    null;

  /** `radius`: of the seats. */
  constructor(bounds: Bounds, radius: number, paint: Paint) {
    this.bounds = bounds;
    this.#radius = radius;
    this.#paint = paint;
  }

  /** Draw the part moved by `by`, in plan units, and turned around `center`, on the screen. */
  draw(
    screen: Context,
    at: Placement,
    size: Size,
    pixelRatio: number,
    { by, degrees, center }: { by: Point; degrees: number; center: Point },
  ): void {
    const sprite = this.#spriteFor(at, size, pixelRatio, by, degrees !== 0);
    const left = (sprite.box.x + by.x) * at.scale + at.left;
    const top = (sprite.box.y + by.y) * at.scale + at.top;
    if (degrees === 0) {
      screen.drawImage(sprite.context.canvas, Math.round(left), Math.round(top));
      return;
    }
    const [x, y] = [center.x * at.scale + at.left, center.y * at.scale + at.top];
    screen.save();
    screen.translate(x, y);
    screen.rotate((degrees * Math.PI) / 180);
    screen.drawImage(sprite.context.canvas, left - x, top - y);
    screen.restore();
  }

  /** All of the part, or of a larger one what is near the screen. */
  #spriteFor(at: Placement, size: Size, pixelRatio: number, by: Point, isTurned: boolean) {
    const margin = (MARGIN_PX * pixelRatio) / at.scale + 4 * this.#radius;
    const whole = grown(this.bounds, margin);
    const view = {
      x: -at.left / at.scale - by.x,
      y: -at.top / at.scale - by.y,
      width: size.width / at.scale,
      height: size.height / at.scale,
    };
    const near = grown(view, Math.max(view.width, view.height) * (isTurned ? 0.5 : 0.25));
    const wanted = common(whole, view);
    const known = this.#sprite;
    if (known?.scale === at.scale && (isTurned || covers(known.box, wanted))) return known;
    const box = common(whole, near);
    const width = Math.max(Math.ceil(box.width * at.scale), 1);
    const height = Math.max(Math.ceil(box.height * at.scale), 1);
    const context = createCanvas(width, height);
    const place = { scale: at.scale, left: -box.x * at.scale, top: -box.y * at.scale };
    this.#paint(context, place, box);
    this.#sprite = { context, scale: at.scale, box };
    return this.#sprite;
  }
}

function grown({ x, y, width, height }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function common(one: Bounds, other: Bounds): Bounds {
  const [x, y] = [Math.max(one.x, other.x), Math.max(one.y, other.y)];
  return {
    x,
    y,
    width: Math.max(Math.min(one.x + one.width, other.x + other.width) - x, 0),
    height: Math.max(Math.min(one.y + one.height, other.y + other.height) - y, 0),
  };
}

function covers(outer: Bounds, inner: Bounds): boolean {
  if (inner.width === 0 || inner.height === 0) return true;
  return (
    outer.x <= inner.x + 0.01 &&
    outer.y <= inner.y + 0.01 &&
    outer.x + outer.width >= inner.x + inner.width - 0.01 &&
    outer.y + outer.height >= inner.y + inner.height - 0.01
  );
}
