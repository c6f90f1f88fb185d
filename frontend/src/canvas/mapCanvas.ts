import { type Availability, availabilityOf } from '@/canvas/areas';
import type { EdgeLabels } from '@/canvas/edgeLabels';
import { Highlights } from '@/canvas/highlights';
import type { Palette } from '@/canvas/palette';
import type { LabelOf } from '@/canvas/areaPainter';
import { PlanPainter, type PainterOptions, type SeatData } from '@/canvas/planPainter';
import type { Scene } from '@/canvas/scene';
import type { Context, CreateSurface, Placement } from '@/canvas/surface';
import { Tiles } from '@/canvas/tiles';
import { fit, type Viewport } from '@/canvas/viewport';
import type { Size } from '@/domain/geometry';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import { fullAreas } from '@/domain/seatMap/standing';
import type { ServerClock } from '@/domain/serverClock';

/** The part of a 16 ms frame that may be spent on new tiles. */
const TILE_BUDGET_MS = 6;
/** Limited by number, since the drawing cost shows only after the frame. */
const AREAS_PER_FRAME = 4;
/** Redraw at the new scale this long after the last zoom step. */
const ZOOM_SETTLES_MS = 90;
const NO_SEATS: SeatData = { seats: [], availability: [], full: new Set() };
/** If more seats than this change at once, redraw everything. */
const MAX_REPAINTED_SEATS = 1_500;

export interface MapCanvasOptions {
  readonly screen: Context;
  readonly createSurface: CreateSurface;
  readonly clock: ServerClock;
  readonly labelOf: LabelOf;
  /** Request an animation frame. Returns a function that cancels it. */
  readonly nextFrame: (draw: (nowMs: number) => void) => () => void;
  readonly after: (ms: number, act: () => void) => () => void;
  readonly nowMs: () => number;
  readonly prefersReducedMotion: () => boolean;
}

/** What changes rarely. */
interface Setting {
  readonly scene: Scene;
  readonly palette: Palette;
  readonly pixelRatio: number;
  /** How long a hold lasts. */
  readonly lockMs: number;
}

/** Draws the map on a canvas, and redraws only after changes. */
export class MapCanvas {
  readonly #options: MapCanvasOptions;
  readonly #highlights: Highlights;
  readonly #tiles: Tiles;
  #scene: Scene | null = null;
  #palette: Palette | null = null;
  #pixelRatio = 1;
  #lockMs = 0;
  #painter: PlanPainter | null = null;
  /** Null until it is loaded, which the first drawing does not wait for. */
  #edgeLabels: EdgeLabels | null = null;
  /** Separate, because a painter caches sprites for one scale. */
  #overviewPainter: PlanPainter | null = null;
  #seatData: SeatData = NO_SEATS;
  #counts: FreeCounts | null = null;
  #viewport: Viewport | null = null;
  #size: Size = { width: 0, height: 0 };
  readonly #outdatedAreas = new Set<number>();
  #zoomedAt = -Infinity;
  #cancelFrame: (() => void) | null = null;
  #cancelTimer = () => {
    // Nothing is scheduled yet.
  };

  constructor(options: MapCanvasOptions) {
    this.#options = options;
    this.#highlights = new Highlights(options.clock);
    this.#tiles = new Tiles(
      (context, at, box) => {
        this.#painter?.paint(context, at, box, this.#seatData);
      },
      options.createSurface,
      options.nowMs,
    );
  }

  /** Set another hall, filter, theme, pixel ratio or length of holds, and redraw everything. */
  setScene({ scene, palette, pixelRatio, lockMs }: Setting): void {
    const isOtherHall = scene.facts !== this.#scene?.facts;
    [this.#scene, this.#palette, this.#pixelRatio] = [scene, palette, pixelRatio];
    this.#lockMs = lockMs;
    const { labelOf, createSurface } = this.#options;
    const options = { scene, palette, pixelRatio, labelOf, createSurface };
    this.#painter = new PlanPainter(options);
    this.#edgeLabels = null;
    void this.#loadEdgeLabels(options, this.#painter);
    this.#overviewPainter = new PlanPainter({ ...options, labelOf: () => [] });
    this.#discardTiles();
    if (isOtherHall) this.#seatData = NO_SEATS;
    this.#requestFrame();
  }

  /**
   * Set the seats' current status, and how many are free where it is unknown; redraw what changed.
   */
  setSeats(seats: readonly MapSeat[], counts: FreeCounts | null): void {
    const scene = this.#scene;
    const before = this.#seatData.seats;
    if (scene === null || (seats === before && counts === this.#counts)) return;
    this.#counts = counts;
    const isFirst = before.length !== seats.length;
    const changed: number[] = [];
    if (!isFirst) {
      for (let index = 0; index < seats.length; index++) {
        const seat = seats[index];
        // Of a standing area only whether it is full shows.
        if (isRepainted(before[index], seat) && seat?.facts.isPlace === false) changed.push(index);
      }
    }
    const [wereFull, full] = [this.#seatData.full, fullAreas(scene.standing, seats, counts)];
    const wereKnown = this.#seatData.availability;
    this.#seatData = { seats, availability: this.#updateAvailability(scene, seats), full };
    if (isFirst || changed.length > MAX_REPAINTED_SEATS) this.#discardTiles();
    else {
      this.#repaintKnown(scene, wereKnown);
      for (const index of changed) this.#repaintSeat(index);
      const isOther = (group: string) => wereFull.has(group) !== full.has(group);
      this.#repaintShapes(scene, isOther);
    }
    this.#highlights.setSeats(
      seats,
      isFirst ? null : changed,
      this.#options.prefersReducedMotion() ? null : this.#options.nowMs(),
    );
    this.#requestFrame();
  }

  /** `size` is in CSS pixels. */
  setView(viewport: Viewport, size: Size): void {
    if (viewport.scale !== this.#viewport?.scale) {
      this.#zoomedAt = this.#viewport === null ? -Infinity : this.#options.nowMs();
    }
    [this.#viewport, this.#size] = [viewport, size];
    this.#requestFrame();
  }

  /** Draw the whole plan on another canvas; `size` in CSS pixels. */
  paintOverview(context: Context, size: Size): void {
    const [scene, painter, ratio] = [this.#scene, this.#overviewPainter, this.#pixelRatio];
    if (scene === null || painter === null) return;
    const { bounds } = scene.extent;
    // Setting the size clears the canvas.
    context.canvas.width = Math.round(size.width * ratio);
    context.canvas.height = Math.round(size.height * ratio);
    painter.paint(context, this.#placement(fit(bounds, size)), bounds, this.#seatData);
  }

  /** Set the hovered and the focused seat. */
  highlight(hovered: number | null, focused: number | null): void {
    if (this.#highlights.setTargets(hovered, focused)) this.#requestFrame();
  }

  /** Set the seats that are offered instead of others. */
  offer(indexes: readonly number[]): void {
    this.#highlights.setOffered(indexes);
    this.#requestFrame();
  }

  /** Set the seats that a promo code opens. */
  markOpened(indexes: readonly number[]): void {
    this.#highlights.setOpened(indexes);
    this.#requestFrame();
  }

  /** Cancel all scheduled drawing. */
  close(): void {
    this.#painter = null;
    this.#cancelFrame?.();
    this.#cancelTimer();
  }

  /** `painter` tells whether the options are still the newest. */
  async #loadEdgeLabels(options: PainterOptions, painter: PlanPainter): Promise<void> {
    const { EdgeLabels } = await import('@/canvas/edgeLabels');
    if (this.#painter !== painter) return;
    this.#edgeLabels = new EdgeLabels(options);
    this.#requestFrame();
  }

  #requestFrame(): void {
    this.#cancelFrame ??= this.#options.nextFrame((nowMs) => {
      this.#cancelFrame = null;
      this.#draw(nowMs);
    });
  }

  #draw(nowMs: number): void {
    const { screen, after } = this.#options;
    const [viewport, scene, palette] = [this.#viewport, this.#scene, this.#palette];
    if (viewport === null || scene === null || palette === null) return;
    const size = this.#fitScreen();
    const at = this.#placement(viewport);
    const settlesInMs = this.#zoomedAt + ZOOM_SETTLES_MS - this.#options.nowMs();
    screen.clearRect(0, 0, size.width, size.height);
    const isUpToDate = this.#repaintAreas(scene);
    const tiles = this.#tiles.draw(screen, at, size, settlesInMs > 0, TILE_BUDGET_MS);
    const nextDrawMs = this.#highlights.draw(screen, {
      at,
      scene,
      palette,
      pixelRatio: this.#pixelRatio,
      lockMs: this.#lockMs,
      nowMs,
      reducedMotion: this.#options.prefersReducedMotion(),
    });
    this.#edgeLabels?.draw(screen, at, size);
    this.#cancelTimer();
    const isDone = tiles.isComplete && tiles.isSharp && isUpToDate;
    // Stretched tiles are redrawn once the zoom has settled; missing ones at once.
    if (nextDrawMs === 0 || !tiles.isComplete || (!isDone && settlesInMs <= 0)) {
      this.#requestFrame();
      return;
    }
    const laterMs = Math.min(nextDrawMs ?? Infinity, isDone ? Infinity : settlesInMs);
    if (laterMs < Infinity) {
      this.#cancelTimer = after(laterMs, () => {
        this.#requestFrame();
      });
    }
  }

  #fitScreen(): Size {
    const { canvas } = this.#options.screen;
    const width = Math.round(this.#size.width * this.#pixelRatio);
    const height = Math.round(this.#size.height * this.#pixelRatio);
    // Setting the size clears the canvas even if it stays the same.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    return { width, height };
  }

  #placement({ scale, left, top }: Viewport): Placement {
    const ratio = this.#pixelRatio;
    return { scale: scale * ratio, left: left * ratio, top: top * ratio };
  }

  /** Recompute the areas' availability and mark changed areas as outdated. */
  #updateAvailability({ areas }: Scene, seats: readonly MapSeat[]): readonly Availability[] {
    const availability = availabilityOf(areas, seats, this.#counts);
    availability.forEach((availability, place) => {
      if (availability !== this.#seatData.availability[place]) this.#outdatedAreas.add(place);
    });
    return availability;
  }

  #discardTiles(): void {
    this.#tiles.clear();
    this.#outdatedAreas.clear();
  }

  #repaintSeat(index: number): void {
    const painter = this.#painter;
    const box = painter?.boxOfSeat(index);
    if (painter === null || box == null) return;
    this.#tiles.repaint(box, (scale) => !painter.showsAreasAt(scale));
  }

  /** Redraw the sections whose seats have become known or unknown, where seats are drawn. */
  #repaintKnown({ areas }: Scene, before: readonly Availability[]): void {
    const [painter, { availability }] = [this.#painter, this.#seatData];
    for (const { index, bounds } of areas) {
      if (before[index]?.isKnown === availability[index]?.isKnown) continue;
      this.#tiles.repaint(bounds, (scale) => painter?.showsAreasAt(scale) === false);
    }
  }

  #repaintShapes({ shapes }: Scene, isChanged: (group: string) => boolean): void {
    for (const { shape, bounds } of shapes) {
      if (isChanged(shape.group ?? '')) this.#tiles.repaint(bounds, () => true);
    }
  }

  /** Redraw a few outdated areas. Returns whether none is left. */
  #repaintAreas({ areas }: Scene): boolean {
    const painter = this.#painter;
    for (const index of [...this.#outdatedAreas].slice(0, AREAS_PER_FRAME)) {
      const box = areas[index]?.bounds;
      this.#outdatedAreas.delete(index);
      if (painter === null || box === undefined) continue;
      const isUnknown = this.#seatData.availability[index]?.isKnown === false;
      this.#tiles.repaint(box, (scale) => isUnknown || painter.showsAreasAt(scale));
    }
    return this.#outdatedAreas.size === 0;
  }
}

/** Whether a seat is drawn otherwise than before; its section is if it was or is unknown. */
function isRepainted(before: MapSeat | undefined, after: MapSeat | undefined): boolean {
  if (before?.status === after?.status) return false;
  const isOwn = before?.status === 'mine' || after?.status === 'mine';
  return isOwn || (before?.status !== 'unknown' && after?.status !== 'unknown');
}
