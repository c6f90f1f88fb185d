import type { Area } from '@/canvas/areas';
import { fitsInside } from '@/canvas/labelRoom';
import type { Bounds, Point } from '@/domain/geometry';

/** A label around the `middle` of an area. */
export interface Label {
  /** Clockwise, in radians: along areas that are too narrow for a level label. */
  readonly angle: number;
  readonly lines: readonly LabelLine[];
}

export interface LabelLine {
  readonly text: string;
  /** Device pixels from the area's `middle` down to the line's, before turning. */
  readonly y: number;
  /** Font size in device pixels. */
  readonly size: number;
  readonly isName: boolean;
}

/** Width of a text at a font size of 1. */
export type MeasureText = (text: string, weight: number) => number;

interface LabelOptions {
  /** Device pixels per plan unit. */
  readonly scale: number;
  readonly pixelRatio: number;
  /** The largest size of the name, in CSS pixels. */
  readonly maxSize: number;
  readonly measure: MeasureText;
}

export const NAME_WEIGHT = 700;
export const DETAIL_WEIGHT = 500;
export const LINE_HEIGHT = 1.2;
/** Sizes of the name, in CSS pixels: with details below it, and without. */
const NAME_SIZES = [20, 18, 16, 15, 14, 13, 12, 11] as const;
const LEAST_PX = 6;
const LONE_SIZES = [14, 13, 12, 11, 10, 9, 8, 7, LEAST_PX] as const;
const DETAIL = { share: 0.75, min: 8.5 } as const;
/** In CSS pixels: a label's distance from its area's border. */
const MARGIN_PX = 2;

/**
 * Lay out the lines of an area's label, the most important first. Lines that do not fit inside the
 * area are left out from the end; the name is shrunk, turned along the area, then abbreviated.
 */
export function layOutLabel(
  area: Area,
  [name = '', ...details]: readonly string[],
  options: LabelOptions,
): Label {
  const level = { outlines: area.outlines, angle: 0 };
  for (let shown = details.length; shown >= 1; shown--) {
    const texts = [name, ...details.slice(0, shown)];
    const lines = firstThatFits(area, level, texts, NAME_SIZES, options);
    if (lines !== null) return { angle: 0, lines };
  }
  const around = area.outlines.find((outline) => isAround(area, outline)) ?? [];
  const angle = lengthwise(around);
  const turned = { outlines: [around.map(turn(area.middle, -angle))], angle };
  const forms = [name, ...abbreviationsOf(name)];
  for (const text of forms) {
    for (const frame of [level, turned]) {
      const lines = firstThatFits(area, frame, [text], LONE_SIZES, options);
      if (lines !== null) return { angle: frame.angle, lines };
    }
  }
  // A number is worth more than a margin.
  const number = forms.find((text) => /^\d{1,4}$/.test(text));
  const { pixelRatio } = options;
  return {
    angle: 0,
    lines: number === undefined ? [] : stacked([number], LEAST_PX * pixelRatio, pixelRatio),
  };
}

/** An area's outlines, turned so that its label is level. */
interface Frame {
  readonly outlines: readonly (readonly Point[])[];
  readonly angle: number;
}

function firstThatFits(
  area: Area,
  frame: Frame,
  texts: readonly string[],
  sizes: readonly number[],
  options: LabelOptions,
): readonly LabelLine[] | null {
  for (const size of sizes) {
    if (size > options.maxSize) continue;
    const lines = stacked(texts, size * options.pixelRatio, options.pixelRatio);
    if (lines.every((line) => lineFits(area, frame, line, options))) return lines;
  }
  return null;
}

function stacked(texts: readonly string[], nameSize: number, pixelRatio: number): LabelLine[] {
  const detailSize = Math.max(DETAIL.share * nameSize, DETAIL.min * pixelRatio);
  const sizes = texts.map((_, place) => (place === 0 ? nameSize : detailSize));
  let top = (-LINE_HEIGHT * sizes.reduce((sum, size) => sum + size, 0)) / 2;
  return texts.map((text, place) => {
    const size = sizes[place] ?? detailSize;
    const y = top + (LINE_HEIGHT * size) / 2;
    top += LINE_HEIGHT * size;
    return { text, y, size, isName: place === 0 };
  });
}

function lineFits(
  { middle, thickness }: Area,
  { outlines }: Frame,
  line: LabelLine,
  { scale, pixelRatio, measure }: LabelOptions,
): boolean {
  const box = boxOfLine(line, measure);
  const inPlan = {
    x: middle.x + box.x / scale,
    y: middle.y + box.y / scale,
    width: box.width / scale,
    height: box.height / scale,
  };
  const reach = thickness / 2 - (MARGIN_PX * pixelRatio) / scale;
  return outlines.some((outline) => fitsInside(inPlan, outline, reach));
}

/** The space that a line takes, in device pixels from the area's `middle`. */
export function boxOfLine({ text, y, size, isName }: LabelLine, measure: MeasureText): Bounds {
  const width = measure(text, isName ? NAME_WEIGHT : DETAIL_WEIGHT) * size;
  return { x: -width / 2, y: y - size / 2, width, height: size };
}

function isAround({ middle: { x, y }, thickness }: Area, outline: readonly Point[]): boolean {
  return fitsInside({ x, y, width: 0, height: 0 }, outline, thickness / 2);
}

/** Steeper text is read upwards, whichever way its area leans. */
const STEEP = 1.4;

/** The direction of greatest extent in radians, from −180° + `STEEP` to `STEEP`. */
function lengthwise(points: readonly Point[]): number {
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  let [xx, xy, yy] = [0, 0, 0];
  for (const point of points) {
    xx += (point.x - x) ** 2;
    xy += (point.x - x) * (point.y - y);
    yy += (point.y - y) ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return angle > STEEP ? angle - Math.PI : angle;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Turn points around a centre, clockwise by an angle in radians. */
function turn(centre: Point, angle: number): (point: Point) => Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ({ x, y }) => ({
    x: centre.x + (x - centre.x) * cos - (y - centre.y) * sin,
    y: centre.y + (x - centre.x) * sin + (y - centre.y) * cos,
  });
}

/** Shorter forms of a section's name: the word with its number, its initials, its beginning. */
function abbreviationsOf(name: string): string[] {
  const words = name.split(/[\s-]+/).filter((word) => word !== '');
  const number = words.length > 1 ? words.find((word) => /\d/.test(word)) : undefined;
  const initials = words.map((word) => word.slice(0, 1)).join('');
  const beginnings = [6, 5, 4, 3]
    .filter((length) => length < name.length - 1)
    .map((length) => `${name.slice(0, length)}…`);
  return [
    ...(number === undefined ? [] : [number]),
    ...(words.length > 1 ? [initials] : []),
    ...beginnings,
  ];
}
