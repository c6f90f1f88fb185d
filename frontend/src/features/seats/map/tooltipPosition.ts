/** Half of the widest that a tooltip may be, as in map.css, and a little more. */
const HALF_TOOLTIP = '7.75rem';

/** Where a tooltip's middle goes so that neither of its ends is cut off. */
export function tooltipPosition(x: number): string {
  return `clamp(min(${HALF_TOOLTIP}, 50%), ${x}px, max(100% - ${HALF_TOOLTIP}, 50%))`;
}
