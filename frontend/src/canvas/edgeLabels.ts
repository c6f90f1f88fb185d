import { clipped, entryOf, insetBy, isWithin, topAt } from '@/canvas/clipping';
import {
  type EdgeRow,
  type EdgeSection,
  edgeSection,
  type ShownText,
  textsOf,
} from '@/canvas/edgeSections';
import type { Palette } from '@/canvas/palette';
import { radiusPx, ROW_LABELS_FROM_PX, type Scene, showsAreas } from '@/canvas/scene';
import type { Context, CreateSurface, Placement } from '@/canvas/surface';
import { toScreen } from '@/canvas/viewport';
import { type Bounds, boundsOf, distance, overlap, type Point, type Size } from '@/domain/geometry';
import type { Section } from '@/domain/seatMap/sections';

interface EdgeLabelOptions {
  readonly scene: Scene;
  readonly palette: Palette;
  readonly pixelRatio: number;
  readonly createSurface: CreateSurface;
}

type Kind = 'section' | 'row';

interface Style {
  readonly size: number;
  readonly weight: number;
  readonly padding: number;
  readonly height: number;
}

/** In CSS pixels. */
const STYLES: Readonly<Record<Kind, Style>> = {
  section: { size: 13, weight: 700, padding: 9, height: 24 },
  row: { size: 11, weight: 700, padding: 4, height: 17 },
};
const EDGE_PX = 4;
/** Names stay clear of the buttons at the sides. */
const SIDE_PX = 60;
/** A smaller visible part of a section gets no name. */
const MIN_PART_PX = 40;
/** Smaller text of the plan is not drawn. */
const MIN_TEXT_PX = 8;
/** In seat radii: the box around a seat's centre that its number or its mark may take. */
const NUMBER_BOX: Size = { width: 1.36, height: 1.1 };
/** In seat radii: how far down a section's name looks for the space between two rows. */
const ROWS_BETWEEN = 3;
const STEP_PX = 2;

/**
 * Draws the names of rows and sections at the edge of the screen while the plan's own are out of
 * view. A row's name never covers the number of a seat: it is in the gap nearest to the edge that
 * has room for it, else left out. A section's name is between two rows if they leave it room.
 */
export class EdgeLabels {
  readonly #options: EdgeLabelOptions;
  /** By index, made when they first come into view. */
  readonly #sections = new Map<number, EdgeSection>();
  #texts: ReadonlyMap<string, readonly ShownText[]> | null = null;
  readonly #sprites = new Map<string, Context>();

  constructor(options: EdgeLabelOptions) {
    this.#options = options;
  }

  /** Draw on a screen of `size` device pixels. */
  draw(context: Context, at: Placement, size: Size): void {
    const { scene, pixelRatio } = this.#options;
    const radius = radiusPx(scene, { ...at, scale: at.scale / pixelRatio });
    if (showsAreas(scene, radius)) return;
    const screen = { x: 0, y: 0, ...size };
    const view = {
      x: -at.left / at.scale,
      y: -at.top / at.scale,
      width: size.width / at.scale,
      height: size.height / at.scale,
    };
    const shown = scene.sections.flatMap((section, index) => {
      const bounds = scene.areas[index]?.bounds;
      return bounds === undefined || overlap(bounds, view) ? [this.#sectionOf(section, index)] : [];
    });
    const taken: Bounds[] = [];
    for (const section of shown) this.#drawName(context, at, screen, section, taken);
    if (radius < ROW_LABELS_FROM_PX) return;
    // Below the names, which are at the top.
    const top = taken.length > 0 ? this.#inset('section') * 2 : 0;
    const inner = insetBy({ ...screen, y: top, height: size.height - top }, this.#inset('row'));
    for (const section of shown) {
      for (const row of section.rows) {
        if (overlap(row.bounds, view)) this.#drawRow(context, at, screen, inner, row, taken);
      }
    }
  }

  #sectionOf(section: Section, index: number): EdgeSection {
    const known = this.#sections.get(index);
    if (known !== undefined) return known;
    const { scene } = this.#options;
    this.#texts ??= textsOf(scene);
    const made = edgeSection(section, scene.areas[index], this.#texts, scene.plan.seat_radius);
    this.#sections.set(index, made);
    return made;
  }

  #drawName(
    context: Context,
    at: Placement,
    screen: Bounds,
    { name, area, shownAt }: EdgeSection,
    taken: Bounds[],
  ): void {
    const { pixelRatio, scene } = this.#options;
    const seatRadius = scene.plan.seat_radius;
    if (area === undefined || name === '') return;
    const isShown = shownAt.some(
      ({ point, size }) =>
        size * at.scale >= MIN_TEXT_PX * pixelRatio && isWithin(toScreen(at, point), screen),
    );
    if (isShown) return;
    const side = SIDE_PX * pixelRatio;
    const clear = { ...screen, x: side, width: Math.max(screen.width - 2 * side, 0) };
    for (const outline of area.outlines) {
      const part = clipped(
        outline.map((point) => toScreen(at, point)),
        clear,
      );
      if (part.length === 0) continue;
      const { x, y, width, height } = boundsOf(part, 0);
      if (Math.min(width, height) < MIN_PART_PX * pixelRatio) continue;
      const centre = x + width / 2;
      const above = (area.thickness * at.scale) / 2 + this.#inset('section') / 2;
      const inset = this.#inset('section');
      const top = topAt(centre, part) ?? y;
      const first = Math.max(top - above, inset);
      const places = this.#below({ x: centre, y: first }, ROWS_BETWEEN * at.scale * seatRadius);
      const free = places.find((point) =>
        this.#coversNoNumber(at, this.#boxOf('section', name, point)),
      );
      this.#place(context, 'section', name, free ?? { x: centre, y: first }, taken);
    }
  }

  #drawRow(
    context: Context,
    at: Placement,
    screen: Bounds,
    inner: Bounds,
    { name, line, gaps, shownAt }: EdgeRow,
    taken: Bounds[],
  ): void {
    if (shownAt.some((point) => isWithin(toScreen(at, point), screen))) return;
    const entry = entryOf(
      line.map((point) => toScreen(at, point)),
      inner,
    );
    if (entry === null) return;
    const places = gaps.map((gap) => toScreen(at, gap)).filter((gap) => isWithin(gap, inner));
    places.sort((a, b) => distance(a, entry) - distance(b, entry));
    const place = [entry, ...places].find((point) =>
      this.#coversNoNumber(at, this.#boxOf('row', name, point)),
    );
    if (place !== undefined) this.#place(context, 'row', name, place, taken);
  }

  /** Return the places for a label from `point` down, at most `reach` device pixels below it. */
  #below({ x, y }: Point, reach: number): Point[] {
    const step = STEP_PX * this.#options.pixelRatio;
    return Array.from({ length: Math.floor(reach / step) + 1 }, (_, at) => ({
      x,
      y: y + at * step,
    }));
  }

  /** Whether a box on the screen leaves the numbers and marks of all seats uncovered. */
  #coversNoNumber(at: Placement, { x, y, width, height }: Bounds): boolean {
    const { grid, plan } = this.#options.scene;
    const around = {
      width: NUMBER_BOX.width * plan.seat_radius,
      height: NUMBER_BOX.height * plan.seat_radius,
    };
    const seats = grid.within({
      x: (x - at.left) / at.scale - around.width / 2,
      y: (y - at.top) / at.scale - around.height / 2,
      width: width / at.scale + around.width,
      height: height / at.scale + around.height,
    });
    return seats.length === 0;
  }

  /** Distance of a label's centre from the edge of the screen, in device pixels. */
  #inset(kind: Kind): number {
    return (EDGE_PX + STYLES[kind].height / 2) * this.#options.pixelRatio;
  }

  /** Draw a label centred on a point, unless it would cover another one. */
  #place(context: Context, kind: Kind, text: string, centre: Point, taken: Bounds[]): void {
    const box = this.#boxOf(kind, text, centre);
    if (taken.some((other) => overlap(other, box))) return;
    taken.push(box);
    context.drawImage(this.#sprite(kind, text).canvas, box.x, box.y);
  }

  #boxOf(kind: Kind, text: string, { x, y }: Point): Bounds {
    const { width, height } = this.#sprite(kind, text).canvas;
    return { x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
  }

  #sprite(kind: Kind, text: string): Context {
    const key = `${kind} ${text}`;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined) {
      sprite = this.#paint(kind, text);
      this.#sprites.set(key, sprite);
    }
    return sprite;
  }

  #paint(kind: Kind, text: string): Context {
    const { palette, pixelRatio, createSurface } = this.#options;
    const { size, weight, padding, height } = STYLES[kind];
    const font = `${weight} ${size * pixelRatio}px ${palette.font}`;
    const probe = createSurface(1, 1);
    probe.font = font;
    const textWidth = probe.measureText(text).width + 2 * padding * pixelRatio;
    const side = Math.ceil(height * pixelRatio);
    const sprite = createSurface(Math.ceil(Math.max(textWidth, side)), side);
    const { width } = sprite.canvas;
    sprite.fillStyle = palette.surface;
    sprite.strokeStyle = palette.soldOutEdge;
    sprite.lineWidth = pixelRatio;
    sprite.beginPath();
    const half = pixelRatio / 2;
    sprite.roundRect(half, half, width - pixelRatio, side - pixelRatio, side / 3);
    sprite.globalAlpha = 0.92;
    sprite.fill();
    sprite.globalAlpha = 1;
    sprite.stroke();
    sprite.font = font;
    sprite.fillStyle = palette.ink;
    sprite.textAlign = 'center';
    sprite.textBaseline = 'middle';
    sprite.fillText(text, width / 2, side / 2 + half);
    return sprite;
  }
}
