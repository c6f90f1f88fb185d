import {
  DETAIL_WEIGHT,
  type Label,
  type LabelLine,
  layOutLabel,
  NAME_WEIGHT,
} from '@/canvas/areaLabels';
import type { Area, Availability } from '@/canvas/areas';
import { drawShapes } from '@/canvas/drawShapes';
import { traceOutline } from '@/canvas/outline';
import { type Palette, type SeatTone, toneOf } from '@/canvas/palette';
import { ROW_LABELS_FROM_PX, type Scene, showsAreas } from '@/canvas/scene';
import { SEAT_REACH, SeatSprites } from '@/canvas/seatSprites';
import type { Context, CreateSurface } from '@/canvas/surface';
import { type Bounds, boundsOf, overlap } from '@/domain/geometry';
import type { MapSeat } from '@/domain/seatMap/seats';

/**
 * Position of the plan on a surface, in device pixels: a plan point (x, y) is at (x·scale + left,
 * …).
 */
export interface Placement {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** The data that changes during a sale. */
export interface SeatData {
  readonly seats: readonly MapSeat[];
  /** By area. */
  readonly availability: readonly Availability[];
}

/** Lines of text for an area, the most important first. */
export type LabelOf = (area: Area, availability: Availability) => readonly string[];

/** Seat radius in CSS pixels from which numbers are readable. */
const NUMBERS_FROM_PX = 8.5;
/** Font sizes of numbers in seat radii, by their length. */
const NUMBER_SIZES = [1.05, 1.05, 0.98, 0.78, 0.62] as const;
/** In CSS pixels: the line between adjacent areas, and the border of an area. */
const GAP_PX = 1;
const EDGE_PX = 1.5;
/** In CSS pixels: the largest names of sections. */
const MAX_NAME_PX = 15;
const MAX_SOLD_OUT_NAME_PX = 11;
/** Labels are measured at this font size. */
const MEASURED_PX = 100;

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
  readonly #labelOf: LabelOf;
  readonly #createSurface: CreateSurface;
  readonly #tones: ReadonlyMap<number | null, SeatTone>;
  readonly #plainTone: SeatTone;
  readonly #textWidths = new Map<string, number>();
  /** The label of each area at the last scale. */
  readonly #labels = new Map<Area, AreaLabel>();
  #sprites: { readonly radiusPx: number; readonly sprites: SeatSprites } | null = null;

  constructor(options: PainterOptions) {
    this.#scene = options.scene;
    this.#palette = options.palette;
    this.#pixelRatio = options.pixelRatio;
    this.#labelOf = options.labelOf;
    this.#createSurface = options.createSurface;
    this.#plainTone = toneOf(null, options.palette);
    this.#tones = new Map(
      [...options.scene.colors].map(([id, color]) => [id, toneOf(color, options.palette)]),
    );
  }

  /** Whether areas are drawn instead of seats at this scale. */
  showsAreasAt(scale: number): boolean {
    return showsAreas(this.#scene, this.#cssRadius(scale));
  }

  /** Draw everything within `box`, in plan units, on a cleared surface. */
  paint(context: Context, at: Placement, box: Bounds, seatData: SeatData): void {
    this.#paintShapes(context, at, box);
    if (this.showsAreasAt(at.scale)) this.#paintAreas(context, at, box, seatData);
    else this.#paintSeats(context, at, box, seatData);
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
      if (seat === undefined) continue;
      const { x, y, categoryId } = seat.facts;
      const tone = this.#toneOf(categoryId);
      sprites.draw(context, seat.status, tone, x * at.scale + at.left, y * at.scale + at.top);
    }
    const cssRadius = this.#cssRadius(at.scale);
    if (cssRadius >= NUMBERS_FROM_PX) this.#paintNumbers(context, at, found, seats);
    if (cssRadius >= ROW_LABELS_FROM_PX) this.#paintRowLabels(context, at, box);
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
      if (seat?.status !== 'available' && seat?.status !== 'mine') continue;
      const { x, y, number, categoryId } = seat.facts;
      const wanted = radiusPx * (NUMBER_SIZES[number.length] ?? 0);
      const ink = seat.status === 'mine' ? this.#palette.onMine : this.#toneOf(categoryId).ink;
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

  #paintAreas(context: Context, at: Placement, box: Bounds, { availability }: SeatData): void {
    const shown = this.#scene.areas.filter(({ bounds }) => overlap(bounds, box));
    for (const area of shown) this.#paintArea(context, at, area, availability[area.index]);
    for (const area of shown) this.#paintLabel(context, at, area, availability[area.index]);
  }

  /** Sections with free seats have their category's colour; sold-out ones are as pale as ground. */
  #paintArea(
    context: Context,
    at: Placement,
    area: Area,
    availability: Availability | undefined,
  ): void {
    const palette = this.#palette;
    const isOpen = isFree(availability);
    const tone = this.#toneOf(area.categoryId);
    context.lineJoin = 'round';
    context.lineCap = 'round';
    context.beginPath();
    for (const outline of area.outlines) {
      traceOutline(
        context,
        outline.map(({ x, y }) => ({ x: x * at.scale + at.left, y: y * at.scale + at.top })),
      );
    }
    const width = area.thickness * at.scale;
    const [gap, edge] = [2 * GAP_PX * this.#pixelRatio, 2 * EDGE_PX * this.#pixelRatio];
    const fill = isOpen ? tone.fill : palette.soldOut;
    for (const [color, lineWidth] of [
      [palette.ground, width + gap],
      [isOpen ? tone.edge : palette.soldOutEdge, width],
      [fill, Math.max(width - edge, 0)],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = lineWidth;
      context.stroke();
    }
    context.fillStyle = fill;
    context.fill();
  }

  #paintLabel(
    context: Context,
    at: Placement,
    area: Area,
    availability: Availability | undefined,
  ): void {
    if (availability === undefined) return;
    const isOpen = isFree(availability);
    const color = isOpen ? this.#toneOf(area.categoryId).ink : this.#palette.planInk;
    const { angle, lines } = this.#labelFor(context, at.scale, area, availability);
    context.save();
    context.translate(area.middle.x * at.scale + at.left, area.middle.y * at.scale + at.top);
    context.rotate(angle);
    for (const line of lines) {
      this.#writeIn(context, color, line.size, this.#weightOf(line, isOpen));
      context.fillText(line.text, 0, line.y);
    }
    context.restore();
  }

  #weightOf({ isName }: LabelLine, isOpen: boolean): number {
    return isName && isOpen ? NAME_WEIGHT : DETAIL_WEIGHT;
  }

  #labelFor(context: Context, scale: number, area: Area, availability: Availability): Label {
    let laidOut = this.#labels.get(area);
    if (laidOut?.scale !== scale || laidOut.availability !== availability) {
      const label = layOutLabel(area, this.#labelOf(area, availability), {
        scale,
        pixelRatio: this.#pixelRatio,
        maxSize: isFree(availability) ? MAX_NAME_PX : MAX_SOLD_OUT_NAME_PX,
        measure: (text, weight) => this.#widthOf(context, text, weight),
      });
      laidOut = { scale, availability, label };
      this.#labels.set(area, laidOut);
    }
    return laidOut.label;
  }

  /** Return a text's width at a font size of 1. */
  #widthOf(context: Context, text: string, weight: number): number {
    const key = `${weight} ${text}`;
    let width = this.#textWidths.get(key);
    if (width === undefined) {
      this.#writeIn(context, this.#palette.ink, MEASURED_PX, weight);
      width = context.measureText(text).width / MEASURED_PX;
      this.#textWidths.set(key, width);
    }
    return width;
  }

  #paintShapes(context: Context, at: Placement, box: Bounds): void {
    const shown = this.#scene.shapes.filter(({ bounds }) => overlap(bounds, box));
    const { planInk: ink, font: fontFamily } = this.#palette;
    context.save();
    context.translate(at.left, at.top);
    drawShapes(
      context,
      shown.map(({ shape }) => shape),
      { scale: at.scale, ink, fontFamily },
    );
    context.restore();
  }

  #writeIn(context: Context, color: string, size: number, weight = 600): void {
    context.fillStyle = color;
    context.font = `${weight} ${size}px ${this.#palette.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
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

interface AreaLabel {
  readonly scale: number;
  readonly availability: Availability;
  readonly label: Label;
}

function isFree(availability: Availability | undefined): boolean {
  return (availability?.free ?? 0) > 0;
}

function grown({ x, y, width, height }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function contains(box: Bounds, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
