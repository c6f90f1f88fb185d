import type { Shape } from '@/api/types';
import { contrast, inkOn, withContrast } from '@/canvas/contrast';

/** The colours of the theme that shapes are drawn with. */
export interface ShapeTheme {
  /** Background of the map. */
  readonly ground: string;
  /** Text colour where the plan's does not suit the theme. */
  readonly ink: string;
}

export interface ShapeColors {
  readonly fill: string | null;
  readonly border: string | null;
  readonly text: string;
}

/** Converts any CSS colour to `#rrggbb` or `rgba(…)`, as a canvas does. */
export type Normalize = (color: string) => string;

/** From this contrast to dark ground on, a fill glares. */
const GLARING = 6;
const BORDER_CONTRAST = 2;
const TEXT_CONTRAST = 3;
/** How much of a turned colour is added to the ground: white becomes the ground itself. */
const TURNED_SHARE = 0.75;

/**
 * The colours of a shape on the theme's ground. Plans are made for white pages: on dark ground,
 * light fills are turned dark, and borders and texts are kept visible.
 */
export function shapeColors(shape: Shape, theme: ShapeTheme, normalize: Normalize): ShapeColors {
  const { color, border_color: border, text } = shape;
  const words = text?.color ?? null;
  const isDark =
    (contrast(theme.ground, '#ffffff') ?? 1) > (contrast(theme.ground, '#000000') ?? 1);
  if (!isDark) return { fill: color, border, text: textColor(words, color, theme, normalize) };
  const fill = color === null ? null : onDark(normalize(color), theme.ground);
  return {
    fill,
    border: border && withContrast(normalize(border), theme.ground, BORDER_CONTRAST),
    text: textColor(words, fill, theme, normalize),
  };
}

/**
 * Dark text without a fill was chosen for a white page, so the theme's colour replaces it; so does
 * the better one of black and white where text cannot be read on its fill.
 */
function textColor(
  color: string | null,
  fill: string | null,
  { ink }: ShapeTheme,
  normalize: Normalize,
): string {
  const behind = fill === null ? null : normalize(fill);
  const isOpaque = behind?.startsWith('#') === true;
  if (color === null) return isOpaque ? inkOn(behind) : ink;
  const own = normalize(color);
  if (behind === null) return isLight(own) ? color : ink;
  if (!isOpaque) return color;
  return (contrast(own, behind) ?? TEXT_CONTRAST) >= TEXT_CONTRAST ? color : inkOn(behind);
}

function onDark(fill: string, ground: string): string {
  if ((contrast(fill, ground) ?? 1) < GLARING) return fill;
  const [parts, base] = [channels(fill), channels(ground)];
  if (parts === null || base === null) return fill;
  // Turns light into dark and keeps hue and chroma.
  const turn = 255 - Math.max(...parts) - Math.min(...parts);
  const turned = parts.map((part, at) => (base[at] ?? 0) + TURNED_SHARE * (part + turn));
  return `#${turned.map((part) => hex(Math.min(part, 255))).join('')}`;
}

function isLight(color: string): boolean {
  return (contrast(color, '#000000') ?? 0) > 9;
}

function channels(color: string): number[] | null {
  const digits = /^#(..)(..)(..)$/.exec(color)?.slice(1);
  return digits?.map((part) => parseInt(part, 16)) ?? null;
}

function hex(part: number): string {
  return Math.round(part).toString(16).padStart(2, '0');
}
