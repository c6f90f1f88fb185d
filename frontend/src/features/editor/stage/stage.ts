import type { Palette } from '@/canvas/palette';
import { type Context, createCanvas, type Placement } from '@/canvas/surface';
import { toPlan } from '@/canvas/viewport';
import type { Point, Size } from '@/domain/geometry';
import { boundsOfObjects, boundsOfPlan } from '@/domain/planDocument/bounds';
import {
  BACKGROUND,
  FOCAL_POINT,
  type Key,
  type PlanDocument,
  type Zone,
} from '@/domain/planDocument/document';
import { removed } from '@/domain/planDocument/edits';
import { onlyThese } from '@/domain/planDocument/parts';
import { seatRadius } from '@/domain/planDocument/shapes';
import type { Guide } from '@/domain/planDocument/snapping';
import type { EditorState, EditorStore } from '@/features/editor/editorStore';
import { BackgroundLayer } from '@/features/editor/stage/backgroundLayer';
import { LiftedPart } from '@/features/editor/stage/lifted';
import { Overlay, type Preview } from '@/features/editor/stage/overlay';
import { Drawing, PlanLayer } from '@/features/editor/stage/planLayer';
import { paintSelection } from '@/features/editor/stage/selectionPainter';
import { EditorView } from '@/features/editor/stage/view';

/** Redraw at the new scale this long after the last zoom step. */
const ZOOM_SETTLES_MS = 90;
/** Zooming to a selection shows seats no larger than this, in CSS pixels. */
const NEAR_RADIUS_PX = 16;

export interface Canvases {
  readonly background: HTMLCanvasElement;
  readonly plan: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
}

/** A selection that follows the pointer. */
export interface Drag {
  readonly by: Point;
  readonly degrees: number;
  readonly center: Point;
  readonly guides: readonly Guide[];
}

const UNMOVED: Drag = { by: { x: 0, y: 0 }, degrees: 0, center: { x: 0, y: 0 }, guides: [] };
const NOTHING: Preview = { seats: [], lines: [], marquee: null, note: '' };

/** Draws the editor: picture and grid, the plan, and above it what concerns the selection. */
export class Stage {
  readonly store: EditorStore;
  readonly view: EditorView;
  readonly #contexts: Readonly<Record<keyof Canvases, Context>>;
  readonly #layer: PlanLayer;
  readonly #background: BackgroundLayer;
  readonly #overlay = new Overlay();
  readonly #countOf: (seats: number) => string;
  readonly #unsubscribe: () => void;
  #setting: { palette: Palette; pixelRatio: number; countOf: (seats: number) => string } | null =
    null;
  #hidden: ReadonlySet<Key> | null = null;
  #isVisible: (zone: Zone) => boolean = () => true;
  #lifted: { part: LiftedPart; rest: PlanDocument; keys: ReadonlySet<Key> } | null = null;
  #drag: Drag = UNMOVED;
  #preview: Preview = NOTHING;
  #view: readonly unknown[] = [];
  #zoomedAt = -Infinity;
  #scale = 0;
  #frame: number | null = null;
  #isShown = false;

  constructor(store: EditorStore, canvases: Canvases, countOf: (seats: number) => string) {
    this.store = store;
    this.#countOf = countOf;
    this.#contexts = {
      background: contextOf(canvases.background),
      plan: contextOf(canvases.plan),
      overlay: contextOf(canvases.overlay),
    };
    this.view = new EditorView(() => {
      this.requestFrame();
    });
    this.#layer = new PlanLayer(createCanvas, () => performance.now());
    this.#background = new BackgroundLayer(() => {
      this.requestFrame();
    });
    this.#unsubscribe = store.subscribe(() => {
      this.requestFrame();
    });
  }

  setLook(palette: Palette, pixelRatio: number): void {
    this.#setting = { palette, pixelRatio, countOf: this.#countOf };
    this.requestFrame();
  }

  setSize(size: Size): void {
    this.view.setSize(size);
    if (!this.#isShown && size.width > 0) {
      this.#isShown = true;
      this.showAll();
    }
  }

  close(): void {
    this.#unsubscribe();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
  }

  showAll(): void {
    this.view.show(boundsOfPlan(this.store.document), this.#nearScale());
  }

  showObjects(keys: ReadonlySet<Key>): void {
    const bounds = boundsOfObjects(this.store.document, keys);
    if (bounds !== null) this.view.show(bounds, this.#nearScale());
  }

  showPoint(point: Point): void {
    this.view.show({ ...point, width: 0, height: 0 }, this.#nearScale());
  }

  revealObjects(keys: ReadonlySet<Key>): void {
    const bounds = boundsOfObjects(this.store.document, keys);
    if (bounds !== null) this.view.reveal(bounds);
  }

  pointAt(screenPoint: Point): Point {
    return toPlan(this.view.viewport, screenPoint);
  }

  /** Plan units of a length in CSS pixels. */
  unitsOf(px: number): number {
    return px / this.view.viewport.scale;
  }

  /** Draw objects apart from the others, to drag them. They can have changed already. */
  lift(keys: ReadonlySet<Key>, document = this.store.document): void {
    const setting = this.#setting;
    const bounds = boundsOfObjects(document, keys);
    if (setting === null || bounds === null) return;
    const rest = this.#lifted?.rest ?? removed(this.store.document, keys);
    const drawing = new Drawing(onlyThese(document, keys), this.#isVisible, setting, createCanvas);
    const { palette, pixelRatio } = setting;
    const colors = { ...this.#overlay.colorsOf(palette), pixelRatio };
    const part = new LiftedPart(bounds, seatRadius(document), (context, at, box) => {
      drawing.paint(context, at, box);
      // Erases inside its outlines, so it gets a surface of its own.
      const surface = createCanvas(context.canvas.width, context.canvas.height);
      paintSelection(surface, at, document, keys, colors);
      context.drawImage(surface.canvas, 0, 0);
    });
    this.#lifted = { part, rest, keys };
    this.#background.isDragged = keys.has(BACKGROUND);
    this.requestFrame();
  }

  setDrag(drag: Partial<Drag>): void {
    this.#drag = { ...UNMOVED, ...drag };
    this.requestFrame();
  }

  /** Put down what was lifted. Call it after the command that moves it. */
  drop(): void {
    [this.#lifted, this.#drag] = [null, UNMOVED];
    this.#background.isDragged = false;
    this.requestFrame();
  }

  setPreview(preview: Partial<Preview> | null): void {
    this.#preview = preview === null ? NOTHING : { ...NOTHING, ...preview };
    this.requestFrame();
  }

  requestFrame(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #nearScale(): number {
    return NEAR_RADIUS_PX / seatRadius(this.store.document);
  }

  #draw(): void {
    const setting = this.#setting;
    if (setting === null || this.view.size.width === 0) return;
    const { palette, pixelRatio } = setting;
    const state = this.store.getState();
    this.#updateVisible(state);
    const { document } = state.history.state;
    this.#layer.setPlan(this.#lifted?.rest ?? document, this.#isVisible, setting);

    const { scale, left, top } = this.view.viewport;
    if (scale !== this.#scale) {
      this.#zoomedAt = this.#scale === 0 ? -Infinity : performance.now();
      this.#scale = scale;
    }
    const at = { scale: scale * pixelRatio, left: left * pixelRatio, top: top * pixelRatio };
    const size = this.#fit(pixelRatio);
    const dragged = this.#background.isDragged ? this.#drag.by : null;
    const isMoved = this.#isOther([scale, left, top, size.width, size.height, setting]);
    if (isMoved || this.#background.isOther([document.json['background'], dragged])) {
      this.#background.draw(this.#contexts.background, {
        at,
        size,
        pixelRatio,
        document,
        palette,
        draggedBy: dragged ?? { x: 0, y: 0 },
      });
    }
    if (isMoved || this.#layer.needsDrawing) {
      const { plan } = this.#contexts;
      const isZooming = this.#zoomedAt + ZOOM_SETTLES_MS > performance.now();
      plan.clearRect(0, 0, size.width, size.height);
      this.#layer.draw(plan, at, size, isZooming);
      if (this.#layer.needsDrawing) this.requestFrame();
    }
    this.#drawOverlay(state, at, size, palette, pixelRatio);
  }

  #drawOverlay(
    state: EditorState,
    at: Placement,
    size: Size,
    palette: Palette,
    pixelRatio: number,
  ): void {
    const { overlay } = this.#contexts;
    overlay.clearRect(0, 0, size.width, size.height);
    if (this.#lifted !== null) {
      this.#lifted.part.draw(overlay, at, size, pixelRatio, this.#drag);
    }
    this.#overlay.draw(overlay, {
      at,
      size,
      pixelRatio,
      palette,
      state,
      preview: this.#preview,
      guides: this.#drag.guides,
      isLifted: this.#lifted !== null,
      focalBy: this.#lifted?.keys.has(FOCAL_POINT) === true ? this.#drag.by : { x: 0, y: 0 },
    });
  }

  /** Whether the view differs from that of the last frame. */
  #isOther(view: readonly unknown[]): boolean {
    const before = this.#view;
    this.#view = view;
    return view.some((value, place) => value !== before[place]);
  }

  /** Another function when other sections are hidden: the layer then redraws everything. */
  #updateVisible({ hidden }: EditorState): void {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    this.#isVisible = (zone) => !hidden.has(zone.key);
  }

  #fit(pixelRatio: number): Size {
    const { width, height } = this.view.size;
    const size = {
      width: Math.round(width * pixelRatio),
      height: Math.round(height * pixelRatio),
    };
    for (const { canvas } of Object.values(this.#contexts)) {
      // Setting the size clears the canvas even if it stays the same.
      if (canvas.width !== size.width) canvas.width = size.width;
      if (canvas.height !== size.height) canvas.height = size.height;
    }
    return size;
  }
}

function contextOf(canvas: HTMLCanvasElement): Context {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no 2D canvas');
  return context;
}
