/** Colours as sRGB triples, 0–255. */
type Rgb = readonly [red: number, green: number, blue: number];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const INKS = ['#ffffff', '#000000'] as const;
const STEP = 0.04;

/** Contrast ratio by WCAG 2, from 1 to 21; null if a colour is not `#rgb…`, `rgb()` or `rgba()`. */
export function contrast(one: string, other: string): number | null {
  const [a, b] = [parse(one, WHITE), parse(other, WHITE)];
  return a === null || b === null ? null : ratioOf(a, b);
}

/**
 * Return `color`, darkened on light ground and lightened on dark ground until its contrast to
 * `ground` is at least `ratio`. Colours that cannot be parsed are returned unchanged.
 */
export function withContrast(color: string, ground: string, ratio: number): string {
  const behind = parse(ground, WHITE);
  const wanted = behind === null ? null : parse(color, behind);
  if (behind === null || wanted === null || ratioOf(wanted, behind) >= ratio) return color;
  const end = ratioOf(BLACK, behind) > ratioOf(WHITE, behind) ? BLACK : WHITE;
  for (let share = STEP; share < 1; share += STEP) {
    const mixed = mix(wanted, end, share);
    if (ratioOf(mixed, behind) >= ratio) return hexOf(mixed);
  }
  return hexOf(end);
}

/** The text colour with the most contrast on this background. */
export function inkOn(background: string): string {
  const [light, dark] = INKS;
  return (contrast(light, background) ?? 1) >= (contrast(dark, background) ?? 0) ? light : dark;
}

function parse(color: string, behind: Rgb): Rgb | null {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(color.trim())?.[1];
  const parts =
    hex !== undefined
      ? partsOfHex(hex)
      : /^rgba?\(([^)]*)\)$/i
          .exec(color.trim())?.[1]
          ?.split(/[\s,/]+/)
          .map(Number);
  const [red = NaN, green = NaN, blue = NaN, alpha = 1] = parts ?? [];
  if ([red, green, blue, alpha].some(Number.isNaN)) return null;
  return mix(behind, [red, green, blue], alpha);
}

function partsOfHex(hex: string): number[] {
  const digits = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  const bytes = digits.match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
  return bytes.map((byte, place) => (place === 3 ? byte / 255 : byte));
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

function hexOf(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

function ratioOf(one: Rgb, other: Rgb): number {
  const [a, b] = [luminanceOf(one), luminanceOf(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminanceOf([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
