import { fit, pan, toPlan, type Viewport, zoomTo } from '@/canvas/viewport';
import type { Bounds, Point, Size } from '@/domain/geometry';

const MAX_SCALE = 12;
const MIN_SCALE = 0.01;
/** Free around the plan when all of it is shown, in CSS pixels and as a share of the screen. */
const [MARGIN_PX, MARGIN_SHARE] = [48, 0.05];

/** The visible part of the plan; unlike the buyer's, it may go beyond the plan's edges. */
export class EditorView {
  #viewport: Viewport = { scale: 1, left: 0, top: 0 };
  #size: Size = { width: 0, height: 0 };
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get viewport(): Viewport {
    return this.#viewport;
  }

  get size(): Size {
    return this.#size;
  }

  setSize(size: Size): void {
    // What was in the middle stays there.
    const [dx, dy] = [(size.width - this.#size.width) / 2, (size.height - this.#size.height) / 2];
    if (this.#size.width > 0) this.#viewport = pan(this.#viewport, dx, dy);
    this.#size = size;
    this.#onChange();
  }

  panBy(dx: number, dy: number): void {
    this.#show(pan(this.#viewport, dx, dy));
  }

  /** Zoom around a point of the screen, its middle by default. */
  zoomBy(factor: number, anchor: Point = this.#middle()): void {
    const scale = Math.min(Math.max(this.#viewport.scale * factor, MIN_SCALE), MAX_SCALE);
    this.#show(zoomTo(this.#viewport, scale, anchor));
  }

  /** Show a part of the plan as large as it fits, but not larger than `maxScale`. */
  show(part: Bounds, maxScale = MAX_SCALE): void {
    const { width, height } = this.#size;
    const margin = this.#margin();
    const room = {
      width: Math.max(width - 2 * margin, 1),
      height: Math.max(height - 2 * margin, 1),
    };
    const bounds = {
      ...part,
      width: Math.max(part.width, 1),
      height: Math.max(part.height, 1),
    };
    const scale = Math.min(fit(bounds, room).scale, maxScale);
    this.#show({
      scale,
      left: width / 2 - (bounds.x + bounds.width / 2) * scale,
      top: height / 2 - (bounds.y + bounds.height / 2) * scale,
    });
  }

  /** Move as little as needed to bring a part of the plan into view. */
  reveal(part: Bounds): void {
    const { scale, left, top } = this.#viewport;
    const { width, height } = this.#size;
    const [x, y] = [part.x * scale + left, part.y * scale + top];
    const margin = this.#margin();
    const into = (start: number, length: number, room: number) =>
      Math.max(Math.min(start, room - margin - length), margin) - start;
    this.panBy(into(x, part.width * scale, width), into(y, part.height * scale, height));
  }

  /** The plan's point in the middle of the screen. */
  center(): Point {
    return toPlan(this.#viewport, this.#middle());
  }

  #margin(): number {
    return Math.min(MARGIN_PX, MARGIN_SHARE * this.#size.width);
  }

  #middle(): Point {
    return { x: this.#size.width / 2, y: this.#size.height / 2 };
  }

  #show(viewport: Viewport): void {
    this.#viewport = viewport;
    this.#onChange();
  }
}
