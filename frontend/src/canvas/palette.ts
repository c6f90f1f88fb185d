/** The theme's CSS variables for the map's colours. */
const NAMES = {
  seat: '--seat',
  seatInk: '--seat-ink',
  seatEdge: '--seat-edge',
  mine: '--mine',
  mineHalo: '--mine-halo',
  onMine: '--on-mine',
  locked: '--locked',
  onLocked: '--on-locked',
  reserved: '--reserved',
  onReserved: '--on-reserved',
  blocked: '--blocked',
  ground: '--map-ground',
  area: '--area',
  areaEdge: '--area-edge',
  soldOut: '--area-sold-out',
  planInk: '--plan-ink',
  ink: '--ink',
  muted: '--muted',
} as const;

export type Palette = Readonly<Record<keyof typeof NAMES, string>> & { readonly font: string };

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
