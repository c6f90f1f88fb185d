import { inkOn, withContrast } from '@/canvas/contrast';

/** The theme's CSS variables for the map's colours. */
const NAMES = {
  seat: '--seat',
  seatInk: '--seat-ink',
  mine: '--mine',
  mineHalo: '--mine-halo',
  onMine: '--on-mine',
  urgent: '--bad',
  locked: '--locked',
  onLocked: '--on-locked',
  reserved: '--reserved',
  onReserved: '--on-reserved',
  blocked: '--blocked',
  ground: '--map-ground',
  block: '--map-block',
  soldOut: '--area-sold-out',
  soldOutEdge: '--area-edge',
  planInk: '--plan-ink',
  ink: '--ink',
  surface: '--surface',
  accent: '--accent',
} as const;

export type Palette = Readonly<Record<keyof typeof NAMES, string>> & { readonly font: string };

/** Colours of seats that can be bought. */
export interface SeatTone {
  readonly fill: string;
  /** Visible on the plan's darkest blocks too, where `fill` alone may be too close. */
  readonly edge: string;
  /** For text on `fill`. */
  readonly ink: string;
}

/** Least contrast of what can be bought to its surroundings (WCAG 2, non-text contrast). */
const BUYABLE_CONTRAST = 3.05;

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colors = Object.fromEntries(
    Object.entries(NAMES).map(([name, variable]) => [
      name,
      style.getPropertyValue(variable).trim(),
    ]),
  ) as Record<keyof typeof NAMES, string>;
  return { ...colors, font: style.fontFamily };
}

const tones = new WeakMap<Palette, Map<string | null, SeatTone>>();

/** The tone of seats of a category; `color` is null for seats without one. The same each time. */
export function toneOf(color: string | null, palette: Palette): SeatTone {
  const known = tones.get(palette) ?? new Map<string | null, SeatTone>();
  tones.set(palette, known);
  const tone = known.get(color) ?? newTone(color, palette);
  known.set(color, tone);
  return tone;
}

function newTone(color: string | null, palette: Palette): SeatTone {
  if (color === null) return { fill: palette.seat, edge: palette.seat, ink: palette.seatInk };
  const fill = withContrast(numeric(color), palette.ground, BUYABLE_CONTRAST);
  return { fill, edge: withContrast(fill, palette.block, BUYABLE_CONTRAST), ink: inkOn(fill) };
}

/** Replace a colour's name, such as "gold", by its hexadecimal form. */
function numeric(color: string): string {
  if (!/^[a-z]+$/i.test(color)) return color;
  const probe = document.createElement('canvas').getContext('2d');
  if (probe === null) return color;
  probe.fillStyle = color;
  return probe.fillStyle;
}
