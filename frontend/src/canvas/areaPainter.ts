import { DETAIL_WEIGHT, type Label, layOutLabel, NAME_WEIGHT } from '@/canvas/areaLabels';
import type { Area, Availability } from '@/canvas/areas';
import { traceOutline } from '@/canvas/outline';
import type { Palette, SeatTone } from '@/canvas/palette';
import { type Context, type Placement, setTextStyle } from '@/canvas/surface';
import { type Bounds, overlap } from '@/domain/geometry';

/** Lines of text for an area, the most important first. */
export type LabelOf = (area: Area, availability: Availability) => readonly string[];

interface AreaPainterOptions {
  readonly areas: readonly Area[];
  readonly palette: Palette;
  readonly pixelRatio: number;
  readonly labelOf: LabelOf;
  readonly toneOf: (area: Area) => SeatTone;
  /** Whether none of its seats meets the wishes. */
  readonly isFaded: (area: Area) => boolean;
}

interface AreaLabel {
  readonly scale: number;
  readonly availability: Availability;
  readonly label: Label;
}

/** In CSS pixels: the line between adjacent areas, and the border of an area. */
const GAP_PX = 1;
const EDGE_PX = 1.5;
/** The largest names, in parts of a usual area's side, and their limits in CSS pixels. */
const NAME_SHARE = 0.2;
const [LEAST_NAME_PX, MOST_NAME_PX] = [12, 20];
const SOLD_OUT = { share: 0.8, leastPx: 11 } as const;
/** The opacity of areas without a seat that meets the wishes. */
const FADED = 0.3;
/** The lines that each label may have: its name and how many seats are free. */
const DETAILED = 2;
/** Labels are measured at this font size. */
const MEASURED_PX = 100;

/** Draws the sections of a plan with their labels. */
export class AreaPainter {
  readonly #options: AreaPainterOptions;
  readonly #usualSide: number;
  readonly #faded: ReadonlySet<Area>;
  readonly #textWidths = new Map<string, number>();
  /** The label of each area at the last scale. */
  readonly #labels = new Map<Area, AreaLabel>();
  #most: { readonly scale: number; readonly lines: number } | null = null;

  constructor(options: AreaPainterOptions) {
    this.#options = options;
    this.#faded = new Set(options.areas.filter(options.isFaded));
    const sides = options.areas.map(({ bounds }) => Math.sqrt(bounds.width * bounds.height));
    this.#usualSide = sides.sort((a, b) => a - b)[Math.floor(sides.length / 2)] ?? 0;
  }

  /** Draw the areas that overlap `box`, in plan units, and are `wanted`. */
  paint(
    context: Context,
    at: Placement,
    box: Bounds,
    availability: readonly Availability[],
    wanted: (area: Area) => boolean = () => true,
  ): void {
    const shown = this.#options.areas.filter((area) => overlap(area.bounds, box) && wanted(area));
    for (const paint of [this.#paintArea, this.#paintLabel]) {
      for (const area of shown) {
        context.globalAlpha = this.#faded.has(area) ? FADED : 1;
        paint.call(this, context, at, area, availability[area.index]);
      }
    }
    context.globalAlpha = 1;
  }

  /** Sections with free seats have their category's colour; sold-out ones are as pale as ground. */
  #paintArea(
    context: Context,
    at: Placement,
    area: Area,
    availability: Availability | undefined,
  ): void {
    const { palette, pixelRatio } = this.#options;
    const isOpen = isFree(availability);
    const tone = this.#options.toneOf(area);
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
    const [gap, edge] = [2 * GAP_PX * pixelRatio, 2 * EDGE_PX * pixelRatio];
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
    const { palette, toneOf } = this.#options;
    const color = isOpen ? toneOf(area).ink : palette.planInk;
    const { angle, lines } = this.#labelFor(context, at.scale, area, availability);
    context.save();
    context.translate(area.middle.x * at.scale + at.left, area.middle.y * at.scale + at.top);
    context.rotate(angle);
    for (const line of lines) {
      const weight = line.isName && isOpen ? NAME_WEIGHT : DETAIL_WEIGHT;
      setTextStyle(context, { color, size: line.size, weight, font: palette.font });
      context.fillText(line.text, 0, line.y);
    }
    context.restore();
  }

  #labelFor(context: Context, scale: number, area: Area, availability: Availability): Label {
    let laidOut = this.#labels.get(area);
    if (laidOut?.scale !== scale || laidOut.availability !== availability) {
      const texts = this.#options.labelOf(area, availability);
      const most = this.#mostLines(context, scale);
      const label = this.#layOut(context, scale, area, texts.slice(0, most), isFree(availability));
      laidOut = { scale, availability, label };
      this.#labels.set(area, laidOut);
    }
    return laidOut.label;
  }

  /**
   * How many lines the labels of all areas may have: as many as fit in each while all of its seats are
   * free. Where one has no room for its price, none shows one.
   */
  #mostLines(context: Context, scale: number): number {
    if (this.#most?.scale !== scale) {
      const lines = this.#options.areas.map((area) => {
        const [priceFrom] = area.prices.toSorted((a, b) => b.length - a.length);
        const full = { free: area.seatIndexes.length, priceFrom: priceFrom ?? null, isKnown: true };
        const texts = this.#options.labelOf(area, full);
        return Math.max(this.#layOut(context, scale, area, texts, true).lines.length, DETAILED);
      });
      this.#most = { scale, lines: Math.min(...lines) };
    }
    return this.#most.lines;
  }

  #layOut(
    context: Context,
    scale: number,
    area: Area,
    texts: readonly string[],
    isOpen: boolean,
  ): Label {
    return layOutLabel(area, texts, {
      scale,
      pixelRatio: this.#options.pixelRatio,
      maxSize: this.#maxNamePx(scale, isOpen),
      measure: (text, weight) => this.#widthOf(context, text, weight),
    });
  }

  /** The same for all areas of a kind, so that names differ little in size. */
  #maxNamePx(scale: number, isOpen: boolean): number {
    const sidePx = (this.#usualSide * scale) / this.#options.pixelRatio;
    const maxPx = Math.min(Math.max(NAME_SHARE * sidePx, LEAST_NAME_PX), MOST_NAME_PX);
    return isOpen ? maxPx : Math.max(SOLD_OUT.share * maxPx, SOLD_OUT.leastPx);
  }

  /** Return a text's width at a font size of 1. */
  #widthOf(context: Context, text: string, weight: number): number {
    const key = `${weight} ${text}`;
    let width = this.#textWidths.get(key);
    if (width === undefined) {
      const { ink: color, font } = this.#options.palette;
      setTextStyle(context, { color, size: MEASURED_PX, weight, font });
      width = context.measureText(text).width / MEASURED_PX;
      this.#textWidths.set(key, width);
    }
    return width;
  }
}

function isFree(availability: Availability | undefined): boolean {
  return (availability?.free ?? 0) > 0;
}
