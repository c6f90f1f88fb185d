import type { Shape } from '@/api/types';
import { AreaPainter, type LabelOf } from '@/canvas/areaPainter';
import type { Area, Availability } from '@/canvas/areas';
import { drawShapes } from '@/canvas/drawShapes';
import { GLYPHS } from '@/canvas/glyphs';
import { type Palette, type SeatTone, toneOf } from '@/canvas/palette';
import { ROW_LABELS_FROM_PX, type Scene, showsAreas } from '@/canvas/scene';
import { SEAT_REACH, SeatSprites } from '@/canvas/seatSprites';
import type { ShapeColors } from '@/canvas/shapeColors';
import { type Context, type CreateSurface, type Placement, setTextStyle } from '@/canvas/surface';
import { type Bounds, boundsOf, overlap } from '@/domain/geometry';
import { ACCESSIBLE, meets } from '@/domain/seatMap/features';
import type { MapSeat } from '@/domain/seatMap/seats';

/** The data that changes during a sale. */
export interface SeatData {
  readonly seats: readonly MapSeat[];
  /** By area. */
  readonly availability: readonly Availability[];
  /** The standing areas without a free place, by group. */
  readonly full: ReadonlySet<string>;
}

/** Seat radius in CSS pixels from which numbers are readable. */
const NUMBERS_FROM_PX = 8.5;
/** Seat radius in CSS pixels from which the marks of features are recognised. */
const FEATURES_FROM_PX = 6;
/** The opacity of seats that do not meet the wishes. */
const FADED = 0.22;
/** Font sizes of numbers in seat radii, by their length. */
const NUMBER_SIZES = [1.05, 1.05, 0.98, 0.78, 0.62] as const;
export interface PainterOptions {
  readonly scene: Scene;
  readonly palette: Palette;
  readonly pixelRatio: number;
  readonly labelOf: LabelOf;
  readonly createSurface: CreateSurface;
}

/** Draws any part of a plan at any scale: shapes first, then seats, or areas when zoomed out. */
export class PlanPainter {
  readonly #scene: Scene;
  readonly #palette: Palette;
  readonly #pixelRatio: number;
  readonly #createSurface: CreateSurface;
  readonly #tones: ReadonlyMap<number | null, SeatTone>;
  readonly #plainTone: SeatTone;
  readonly #areas: AreaPainter;
  #sprites: { readonly radiusPx: number; readonly sprites: SeatSprites } | null = null;

  constructor(options: PainterOptions) {
    this.#scene = options.scene;
    this.#palette = options.palette;
    this.#pixelRatio = options.pixelRatio;
    this.#createSurface = options.createSurface;
    this.#plainTone = toneOf(null, options.palette);
    this.#tones = new Map(
      [...options.scene.colors].map(([id, color]) => [id, toneOf(color, options.palette)]),
    );
    this.#areas = new AreaPainter({
      areas: options.scene.areas,
      palette: options.palette,
      pixelRatio: options.pixelRatio,
      labelOf: options.labelOf,
      toneOf: (area) => this.#toneOf(area.categoryId),
      isFaded: ({ seatIndexes }) => !seatIndexes.some((index) => this.#meets(index)),
    });
  }

  /** Whether areas are drawn instead of seats at this scale. */
  showsAreasAt(scale: number): boolean {
    return showsAreas(this.#scene, this.#cssRadius(scale));
  }

  /** Draw everything within `box`, in plan units, on a cleared surface. */
  paint(context: Context, at: Placement, box: Bounds, seatData: SeatData): void {
    this.#paintShapes(context, at, box, seatData);
    const { availability } = seatData;
    if (this.showsAreasAt(at.scale)) {
      this.#areas.paint(context, at, box, availability);
      return;
    }
    // Seats of unknown state must not look free.
    const isUnknown = ({ index }: Area) => availability[index]?.isKnown === false;
    this.#areas.paint(context, at, box, availability, isUnknown);
    this.#paintSeats(context, at, box, seatData);
  }

  /** The part of the plan that a seat's drawing may cover. */
  boxOfSeat(index: number): Bounds | null {
    const seat = this.#scene.facts[index];
    if (seat === undefined) return null;
    return boundsOf([seat], SEAT_REACH * this.#scene.plan.seat_radius);
  }

  #toneOf(categoryId: number | null): SeatTone {
    return this.#tones.get(categoryId) ?? this.#plainTone;
  }

  #cssRadius(scale: number): number {
    return (this.#scene.plan.seat_radius * scale) / this.#pixelRatio;
  }

  #paintSeats(context: Context, at: Placement, box: Bounds, { seats }: SeatData): void {
    const { grid, plan } = this.#scene;
    const radiusPx = plan.seat_radius * at.scale;
    const sprites = this.#spritesOf(radiusPx);
    const found = grid.within(grown(box, SEAT_REACH * plan.seat_radius + 1 / at.scale));
    for (const index of found) {
      const seat = seats[index];
      if (seat === undefined || seat.status === 'unknown') continue;
      const { x, y, categoryId } = seat.facts;
      const tone = this.#toneOf(categoryId);
      context.globalAlpha = this.#isFaded(seat) ? FADED : 1;
      sprites.draw(context, seat.status, tone, x * at.scale + at.left, y * at.scale + at.top);
    }
    context.globalAlpha = 1;
    const cssRadius = this.#cssRadius(at.scale);
    if (cssRadius >= FEATURES_FROM_PX) this.#paintFeatures(context, at, found, seats);
    if (cssRadius >= NUMBERS_FROM_PX) this.#paintNumbers(context, at, found, seats);
    if (cssRadius >= ROW_LABELS_FROM_PX) this.#paintRowLabels(context, at, box);
  }

  #meets(index: number): boolean {
    const facts = this.#scene.facts[index];
    return facts !== undefined && meets(facts, this.#scene.wishes);
  }

  #isFaded({ status, facts }: MapSeat): boolean {
    return status !== 'mine' && !meets(facts, this.#scene.wishes);
  }

  /**
   * Mark the accessible and companion seats that can be bought, and one's own, in place of their
   * numbers.
   */
  #paintFeatures(
    context: Context,
    at: Placement,
    found: readonly number[],
    seats: readonly MapSeat[],
  ): void {
    for (const index of found) {
      const seat = seats[index];
      if (seat === undefined || !isMarked(seat) || this.#isFaded(seat)) continue;
      const { x, y, categoryId } = seat.facts;
      const radiusPx = this.#scene.plan.seat_radius * at.scale;
      context.save();
      context.translate(x * at.scale + at.left, y * at.scale + at.top);
      context.scale(radiusPx, radiusPx);
      context.lineCap = 'round';
      context.lineJoin = 'round';
      context.lineWidth = 0.15;
      context.strokeStyle =
        seat.status === 'mine' ? this.#palette.mine : this.#toneOf(categoryId).ink;
      context.stroke(new Path2D(GLYPHS[isAccessible(seat) ? 'wheelchair' : 'companion']));
      context.restore();
    }
  }

  /** Number the seats that can be bought, and one's own. */
  #paintNumbers(
    context: Context,
    at: Placement,
    found: readonly number[],
    seats: readonly MapSeat[],
  ): void {
    const radiusPx = this.#scene.plan.seat_radius * at.scale;
    let [size, color] = [0, ''];
    for (const index of found) {
      const seat = seats[index];
      if (seat === undefined || !isOpen(seat) || isMarked(seat) || this.#isFaded(seat)) continue;
      const { x, y, number, categoryId } = seat.facts;
      const wanted = radiusPx * (NUMBER_SIZES[number.length] ?? 0);
      const ink = seat.status === 'mine' ? this.#palette.mine : this.#toneOf(categoryId).ink;
      // Setting the font is slow.
      if (wanted !== size || ink !== color) {
        [size, color] = [wanted, ink];
        this.#writeIn(context, color, size);
      }
      if (size === 0) continue;
      context.fillText(number, x * at.scale + at.left, y * at.scale + at.top + 0.05 * size);
    }
  }

  #paintRowLabels(context: Context, at: Placement, box: Bounds): void {
    const { rowLabels, plan } = this.#scene;
    const near = grown(box, 2 * plan.seat_radius);
    this.#writeIn(context, this.#palette.planInk, plan.seat_radius * at.scale);
    for (const { x, y, text } of rowLabels) {
      if (contains(near, x, y)) {
        context.fillText(text, x * at.scale + at.left, y * at.scale + at.top);
      }
    }
  }

  #paintShapes(context: Context, at: Placement, box: Bounds, { full }: SeatData): void {
    const shown = this.#scene.shapes.filter(({ bounds }) => overlap(bounds, box));
    const { ground, planInk: ink, font: fontFamily } = this.#palette;
    context.save();
    context.translate(at.left, at.top);
    drawShapes(
      context,
      shown.map(({ shape }) => shape),
      {
        scale: at.scale,
        pixelRatio: this.#pixelRatio,
        ground,
        ink,
        fontFamily,
        colorsOf: (shape) => this.#standingColors(shape, full),
        // Areas have labels of their own.
        enlargesLabels: !this.showsAreasAt(at.scale),
      },
    );
    context.restore();
  }

  /** Standing areas look like sections: strong in their category's colour, or sold out. */
  #standingColors({ group = '' }: Shape, full: ReadonlySet<string>): ShapeColors | null {
    const categoryId = this.#scene.standingCategories.get(group);
    if (categoryId === undefined) return null;
    const { soldOut, soldOutEdge, planInk } = this.#palette;
    if (full.has(group)) return { fill: soldOut, border: soldOutEdge, text: planInk };
    const { fill, edge, ink } = this.#toneOf(categoryId);
    return { fill, border: edge, text: ink };
  }

  #writeIn(context: Context, color: string, size: number): void {
    setTextStyle(context, { color, size, font: this.#palette.font });
  }

  #spritesOf(radiusPx: number): SeatSprites {
    if (this.#sprites?.radiusPx !== radiusPx) {
      const hasNumbers =
        this.#cssRadius(radiusPx / this.#scene.plan.seat_radius) >= NUMBERS_FROM_PX;
      const sprites = new SeatSprites({
        radiusPx,
        hasNumbers,
        palette: this.#palette,
        create: this.#createSurface,
      });
      this.#sprites = { radiusPx, sprites };
    }
    return this.#sprites.sprites;
  }
}

function isOpen({ status }: MapSeat): boolean {
  return status === 'available' || status === 'mine';
}

/** Whether a seat has the mark of a feature instead of its number. */
function isMarked(seat: MapSeat): boolean {
  return (isAccessible(seat) || seat.facts.companionOf !== null) && isOpen(seat);
}

function isAccessible({ facts: { features } }: MapSeat): boolean {
  return (features & ACCESSIBLE) !== 0;
}

function grown({ x, y, width, height }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function contains(box: Bounds, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
