import {
  DETAIL_WEIGHT,
  type Label,
  layOutLabel,
  NAME_WEIGHT,
} from '@/canvas/areaLabels';
import type { Area, Availability } from '@/canvas/areas';
import { drawShapes } from '@/canvas/drawShapes';
import type { Palette } from '@/canvas/palette';
import { type Scene, showsAreas } from '@/canvas/scene';
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

/** Seat radius in CSS pixels from which numbers, countdowns and row labels are readable. */
export const READABLE_FROM_PX = 10;
const ROW_LABELS_FROM_PX = 7;
/** In CSS pixels: the largest names of sections. */
const MAX_NAME_PX = 15;
/** Labels are measured at this font size. */
const MEASURED_PX = 100;
const EDGE_PX = 1;

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

  #cssRadius(scale: number): number {
    return (this.#scene.plan.seat_radius * scale) / this.#pixelRatio;
  }

  #paintSeats(context: Context, at: Placement, box: Bounds, { seats }: SeatData): void {
    const { grid, colors, plan } = this.#scene;
    const radiusPx = plan.seat_radius * at.scale;
    const sprites = this.#spritesOf(radiusPx);
    const found = grid.within(grown(box, SEAT_REACH * plan.seat_radius + 1 / at.scale));
    for (const index of found) {
      const seat = seats[index];
      if (seat === undefined) continue;
      const { x, y, categoryId } = seat.facts;
      const ring = colors.get(categoryId) ?? null;
      sprites.draw(context, seat.status, ring, x * at.scale + at.left, y * at.scale + at.top);
    }
    const cssRadius = this.#cssRadius(at.scale);
    if (cssRadius >= READABLE_FROM_PX) this.#paintNumbers(context, at, found, seats);
    if (cssRadius >= ROW_LABELS_FROM_PX) this.#paintRowLabels(context, at, box);
  }

  #paintNumbers(
    context: Context,
    at: Placement,
    found: readonly number[],
    seats: readonly MapSeat[],
  ): void {
    const size = 0.82 * this.#scene.plan.seat_radius * at.scale;
    this.#writeIn(context, this.#palette.seatInk, size);
    for (const index of found) {
      const seat = seats[index];
      if (seat?.status !== 'available') continue;
      const { x, y, number } = seat.facts;
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

  #paintArea(
    context: Context,
    at: Placement,
    area: Area,
    availability: Availability | undefined,
  ): void {
    const palette = this.#palette;
    const free = (availability?.free ?? 0) / area.seatIndexes.length;
    const color = this.#scene.colors.get(area.categoryId) ?? palette.areaEdge;
    context.lineJoin = 'round';
    context.lineCap = 'round';
    context.beginPath();
    for (const outline of area.outlines) {
      outline.forEach(({ x, y }, corner) => {
        const [px, py] = [x * at.scale + at.left, y * at.scale + at.top];
        if (corner === 0) context.moveTo(px, py);
        else context.lineTo(px, py);
      });
      context.closePath();
    }
    const width = area.thickness * at.scale;
    context.lineWidth = width + 2 * EDGE_PX * this.#pixelRatio;
    context.strokeStyle = free > 0 ? color : palette.areaEdge;
    context.stroke();
    const share = Math.round(8 + 20 * free);
    context.fillStyle = free > 0 ? palette.area : palette.soldOut;
    if (free > 0) context.fillStyle = `color-mix(in srgb, ${color} ${share}%, ${palette.area})`;
    context.fill();
    context.lineWidth = width;
    context.strokeStyle = context.fillStyle;
    context.stroke();
  }

  #paintLabel(
    context: Context,
    at: Placement,
    area: Area,
    availability: Availability | undefined,
  ): void {
    if (availability === undefined) return;
    const { ink, muted } = this.#palette;
    const { angle, lines } = this.#labelFor(context, at.scale, area, availability);
    context.save();
    context.translate(area.middle.x * at.scale + at.left, area.middle.y * at.scale + at.top);
    context.rotate(angle);
    for (const line of lines) {
      const [color, weight] = line.isName ? [ink, NAME_WEIGHT] : [muted, DETAIL_WEIGHT];
      this.#writeIn(context, color, line.size, weight);
      context.fillText(line.text, 0, line.y);
    }
    context.restore();
  }

  #labelFor(context: Context, scale: number, area: Area, availability: Availability): Label {
    let laidOut = this.#labels.get(area);
    if (laidOut?.scale !== scale || laidOut.availability !== availability) {
      const label = layOutLabel(area, this.#labelOf(area, availability), {
        scale,
        pixelRatio: this.#pixelRatio,
        maxSize: MAX_NAME_PX,
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
      const sprites = new SeatSprites(radiusPx, this.#palette, this.#createSurface);
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

function grown({ x, y, width, height }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function contains(box: Bounds, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
