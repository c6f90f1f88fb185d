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
const MIN_LABEL_PX = 8.5;
/** Maximum label width in units of the area's `room`. */
const LABEL_WIDTH = 2.3;
const MAX_LABEL_PX = 17;
const LABEL_LINE = 1.2;
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
    const ratio = this.#pixelRatio;
    const room = area.room * at.scale;
    const [name = '', ...more] = this.#labelOf(area, availability);
    const size = this.#fitted(context, name, room);
    if (size < MIN_LABEL_PX * ratio) return;
    const small = Math.max(0.75 * size, MIN_LABEL_PX * ratio);
    const lines = [
      { text: name, size, weight: 700, color: this.#palette.ink },
      ...more.map((text) => ({ text, size: small, weight: 500, color: this.#palette.muted })),
    ].slice(0, Math.max(Math.floor((1.6 * room) / (small * LABEL_LINE)), 1));
    const x = area.middle.x * at.scale + at.left;
    const height = lines.reduce((sum, line) => sum + line.size * LABEL_LINE, 0);
    let y = area.middle.y * at.scale + at.top - height / 2;
    for (const line of lines) {
      const half = (line.size * LABEL_LINE) / 2;
      this.#writeIn(context, line.color, line.size, line.weight);
      // Stop at the first line that does not fit: a price without its section name would be
      // misleading.
      if (context.measureText(line.text).width > LABEL_WIDTH * room + 1) return;
      context.fillText(line.text, x, y + half);
      y += 2 * half;
    }
  }

  /** Return the font size at which `name` fits. */
  #fitted(context: Context, name: string, room: number): number {
    const size = Math.min(0.75 * room, MAX_LABEL_PX * this.#pixelRatio);
    this.#writeIn(context, this.#palette.ink, size, 700);
    return size * Math.min((LABEL_WIDTH * room) / context.measureText(name).width, 1);
  }

  #paintShapes(context: Context, at: Placement, box: Bounds): void {
    const shown = this.#scene.shapes.filter(({ bounds }) => overlap(bounds, box));
    const { ground, planInk: ink, font: fontFamily } = this.#palette;
    context.save();
    context.translate(at.left, at.top);
    drawShapes(
      context,
      shown.map(({ shape }) => shape),
      { scale: at.scale, pixelRatio: this.#pixelRatio, ground, ink, fontFamily },
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

function grown({ x, y, width, height }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function contains(box: Bounds, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
