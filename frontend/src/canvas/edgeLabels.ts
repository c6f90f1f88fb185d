import { type Area, lineOf } from '@/canvas/areas';
import { clipped, entryOf, insetBy, isWithin, topAt } from '@/canvas/clipping';
import type { Palette } from '@/canvas/palette';
import { radiusPx, ROW_LABELS_FROM_PX, type Scene, showsAreas } from '@/canvas/scene';
import type { Context, CreateSurface, Placement } from '@/canvas/surface';
import { toScreen } from '@/canvas/viewport';
import { type Bounds, boundsOf, distance, overlap, type Point, type Size } from '@/domain/geometry';
import { grouped } from '@/domain/grouped';
import type { Section } from '@/domain/seatMap/sections';

interface EdgeLabelOptions {
  readonly scene: Scene;
  readonly palette: Palette;
  readonly pixelRatio: number;
  readonly createSurface: CreateSurface;
}

interface EdgeRow {
  readonly name: string;
  readonly line: readonly Point[];
  readonly bounds: Bounds;
  /** Where the plan shows the row's name. */
  readonly shownAt: readonly Point[];
}

interface EdgeSection {
  readonly name: string;
  /** Undefined if there is only one section, which needs no name. */
  readonly area: Area | undefined;
  readonly rows: readonly EdgeRow[];
  /** Texts of the plan with the section's name. */
  readonly shownAt: readonly ShownText[];
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
/** In seat radii: a label within this distance of a row's end belongs to the row. */
const NEAR_END = 6;

/**
 * Draws the names of rows and sections at the edge of the screen while the plan's own are out of
 * view.
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
    const nearEnd = NEAR_END * scene.plan.seat_radius;
    const made = edgeSection(section, scene.areas[index], this.#texts, nearEnd);
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
    const { pixelRatio } = this.#options;
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
      this.#place(context, 'section', name, { x: centre, y: Math.max(top - above, inset) }, taken);
    }
  }

  #drawRow(
    context: Context,
    at: Placement,
    screen: Bounds,
    inner: Bounds,
    { name, line, shownAt }: EdgeRow,
    taken: Bounds[],
  ): void {
    if (shownAt.some((point) => isWithin(toScreen(at, point), screen))) return;
    const place = entryOf(
      line.map((point) => toScreen(at, point)),
      inner,
    );
    if (place !== null) this.#place(context, 'row', name, place, taken);
  }

  /** Distance of a label's centre from the edge of the screen, in device pixels. */
  #inset(kind: Kind): number {
    return (EDGE_PX + STYLES[kind].height / 2) * this.#options.pixelRatio;
  }

  /** Draw a label centred on a point, unless it would cover another one. */
  #place(context: Context, kind: Kind, text: string, { x, y }: Point, taken: Bounds[]): void {
    const { canvas } = this.#sprite(kind, text);
    const box = {
      x: Math.round(x - canvas.width / 2),
      y: Math.round(y - canvas.height / 2),
      width: canvas.width,
      height: canvas.height,
    };
    if (taken.some((other) => overlap(other, box))) return;
    taken.push(box);
    context.drawImage(canvas, box.x, box.y);
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

/** A text of the plan, or the label of a row. */
interface ShownText {
  readonly text: string;
  /** In plan units; 0 for the label of a row, which names no section. */
  readonly size: number;
  readonly point: Point;
}

/** The texts of a plan, by their letters in lower case. */
function textsOf({ plan, rowLabels }: Scene): ReadonlyMap<string, readonly ShownText[]> {
  const texts = [
    ...plan.shapes.flatMap(({ x, y, text }) =>
      text === undefined
        ? []
        : [{ text: text.text, size: text.size, point: { x: x + text.x, y: y + text.y } }],
    ),
    ...rowLabels.map(({ text, x, y }) => ({ text, size: 0, point: { x, y } })),
  ];
  return grouped(texts, ({ text }) => text.toLowerCase());
}

function edgeSection(
  { name, rows }: Section,
  area: Area | undefined,
  texts: ReadonlyMap<string, readonly ShownText[]>,
  nearEnd: number,
): EdgeSection {
  const namedRows = rows.filter((row) => row.name !== '');
  return {
    name,
    area,
    rows: namedRows.flatMap((row) =>
      lineOf(row.seats).map((line): EdgeRow => {
        const ends = [line[0], line.at(-1) ?? line[0]];
        const shownAt = (texts.get(row.name.toLowerCase()) ?? [])
          .map(({ point }) => point)
          .filter((point) => ends.some((end) => distance(end, point) <= nearEnd));
        return { name: row.name, line, bounds: boundsOf(line, 0), shownAt };
      }),
    ),
    shownAt: texts.get(name.toLowerCase()) ?? [],
  };
}
