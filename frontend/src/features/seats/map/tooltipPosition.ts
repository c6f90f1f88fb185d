/** Half of the maximum tooltip width in map.css, plus a margin. */
const HALF_TOOLTIP = '9.25rem';

/** CSS `left` of a tooltip's centre, keeping it inside the map. */
export function tooltipPosition(x: number): string {
  return `clamp(min(${HALF_TOOLTIP}, 50%), ${x}px, max(100% - ${HALF_TOOLTIP}, 50%))`;
}
