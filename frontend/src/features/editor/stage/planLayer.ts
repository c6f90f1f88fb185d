import { type Availability, availabilityOf } from '@/canvas/areas';
import type { Palette } from '@/canvas/palette';
import { PlanPainter, type SeatData } from '@/canvas/planPainter';
import { type Scene, sceneWithoutAreas, SEATS_FROM_PX, withAreas } from '@/canvas/scene';
import type { Context, CreateSurface, Placement } from '@/canvas/surface';
import { Tiles } from '@/canvas/tiles';
import { type Bounds, overlap, type Size } from '@/domain/geometry';
import { unionOf } from '@/domain/planDocument/bounds';
import type { PlanDocument, Zone } from '@/domain/planDocument/document';
import { drawnPlan } from '@/domain/planDocument/facts';
import { changedBoxes } from '@/domain/planDocument/parts';
import { seatRadius } from '@/domain/planDocument/shapes';
import type { MapSeat } from '@/domain/seatMap/seats';

/** The part of a frame that may be spent on new tiles. */
const TILE_BUDGET_MS = 8;
/** Right after a change everything in view is drawn at once, so that nothing flickers. */
const CHANGE_BUDGET_MS = 400;
/** More changed places than this are redrawn as one. */
const MAX_BOXES = 40;
const NONE_FULL: ReadonlySet<string> = new Set();
/** In seat radii: row labels reach this far around what has changed. */
const REACH = 5;

interface Setting {
  readonly palette: Palette;
  readonly pixelRatio: number;
  /** The text below a section's name when zoomed out. */
  readonly countOf: (seats: number) => string;
}

/** A plan drawn as buyers see it, with all seats free. */
export class Drawing {
  readonly #setting: Setting;
  readonly #createSurface: CreateSurface;
  readonly #near: Scene;
  readonly #nearPainter: PlanPainter;
  readonly #seats: readonly MapSeat[];
  #far: { readonly painter: PlanPainter; readonly scene: Scene } | null = null;

  constructor(
    document: PlanDocument,
    isVisible: (zone: Zone) => boolean,
    setting: Setting,
    createSurface: CreateSurface,
  ) {
    const { plan, categories, facts, standingCategories } = drawnPlan(document, isVisible);
    this.#setting = setting;
    this.#createSurface = createSurface;
    this.#near = { ...sceneWithoutAreas(plan, categories, facts), standingCategories };
    this.#nearPainter = this.#painterOf(this.#near);
    this.#seats = facts.map((seat) => ({
      facts: seat,
      status: 'available',
      until: null,
      holder: null,
      pending: false,
    }));
  }

  paint(context: Context, at: Placement, box: Bounds): void {
    if (!this.showsAreasAt(at.scale)) {
      this.#nearPainter.paint(context, at, box, this.#seatData([]));
      return;
    }
    const { painter, scene } = this.#farView();
    const availability = availabilityOf(scene.areas, this.#seats, null);
    painter.paint(context, at, box, this.#seatData(availability));
  }

  showsAreasAt(scale: number): boolean {
    const radiusPx = (this.#near.plan.seat_radius * scale) / this.#setting.pixelRatio;
    return this.#near.sections.length > 1 && radiusPx < SEATS_FROM_PX;
  }

  /** What is drawn of the sections around `box` when zoomed out. */
  areaBounds(box: Bounds): readonly Bounds[] {
    return this.#farView()
      .scene.areas.map(({ bounds }) => bounds)
      .filter((bounds) => overlap(bounds, box));
  }

  #seatData(availability: readonly Availability[]): SeatData {
    return { seats: this.#seats, availability, full: NONE_FULL };
  }

  /** Made only when zoomed out, since outlines take long. */
  #farView() {
    if (this.#far === null) {
      const scene = withAreas(this.#near);
      this.#far = { scene, painter: this.#painterOf(scene) };
    }
    return this.#far;
  }

  #painterOf(scene: Scene): PlanPainter {
    const { palette, pixelRatio, countOf } = this.#setting;
    return new PlanPainter({
      scene,
      palette,
      pixelRatio,
      labelOf: (area) => [area.name, countOf(area.seatIndexes.length)],
      createSurface: this.#createSurface,
    });
  }
}

/** Draws the plan that is edited, and redraws only what has changed. */
export class PlanLayer {
  readonly #createSurface: CreateSurface;
  readonly #tiles: Tiles;
  #drawing: Drawing | null = null;
  #document: PlanDocument | null = null;
  #setting: Setting | null = null;
  #isVisible: ((zone: Zone) => boolean) | null = null;
  #isFresh = false;
  #isDone = true;
  #scale: number | null = null;

  constructor(createSurface: CreateSurface, nowMs: () => number) {
    this.#createSurface = createSurface;
    this.#tiles = new Tiles(
      (context, at, box) => {
        this.#drawing?.paint(context, at, box);
      },
      createSurface,
      nowMs,
    );
  }

  /** `isVisible` must be another function when other sections are visible. */
  setPlan(document: PlanDocument, isVisible: (zone: Zone) => boolean, setting: Setting): void {
    const [before, drawing] = [this.#document, this.#drawing];
    const isOther = this.#setting !== setting || this.#isVisible !== isVisible;
    if (document === before && !isOther) return;
    [this.#document, this.#setting, this.#isVisible] = [document, setting, isVisible];
    this.#drawing = new Drawing(document, isVisible, setting, this.#createSurface);
    this.#isFresh = true;
    if (before === null || drawing === null || isOther || looksOther(before, document)) {
      this.#tiles.clear();
      return;
    }
    this.#repaint(before, document, drawing, this.#drawing);
  }

  /** Whether something has changed, or was left for the next frame. */
  get needsDrawing(): boolean {
    return this.#isFresh || !this.#isDone;
  }

  /** Draw on a cleared screen of `size` device pixels. */
  draw(screen: Context, at: Placement, size: Size, isZooming: boolean): void {
    const budgetMs = this.#isFresh ? CHANGE_BUDGET_MS : TILE_BUDGET_MS;
    this.#isFresh = false;
    this.#scale = at.scale;
    const { isComplete, isSharp } = this.#tiles.draw(screen, at, size, isZooming, budgetMs);
    this.#isDone = isComplete && isSharp;
  }

  #repaint(before: PlanDocument, after: PlanDocument, was: Drawing, is: Drawing): void {
    const radius = seatRadius(after);
    const boxes = changedBoxes(before, after, REACH * radius);
    const together = unionOf(boxes);
    if (together === null) return;
    for (const box of boxes.length > MAX_BOXES ? [together] : boxes) {
      this.#tiles.repaint(box, (scale) => !is.showsAreasAt(scale) && !was.showsAreasAt(scale));
    }
    const showsAreas = (scale: number) => is.showsAreasAt(scale) || was.showsAreasAt(scale);
    if (this.#scale === null || !showsAreas(this.#scale)) {
      // Zooming out makes new tiles anyway.
      this.#tiles.repaint(together, showsAreas);
      return;
    }
    const sections = [...was.areaBounds(together), ...is.areaBounds(together)];
    this.#tiles.repaint(unionOf([together, ...sections]) ?? together, showsAreas);
  }
}

/** Whether a change may show anywhere: other colours, or another size of the seats. */
function looksOther(before: PlanDocument, after: PlanDocument): boolean {
  return (
    before.json['categories'] !== after.json['categories'] ||
    seatRadius(before) !== seatRadius(after)
  );
}
