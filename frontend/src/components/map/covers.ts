import type { Bounds } from '@/domain/geometry';

/** Bounds of what lies over the map, relative to its frame and grown by a margin. */
export function coversOf(
  frame: HTMLElement | null,
  marginPx: number,
  selector = '[data-over-map]',
): Bounds[] {
  if (frame === null) return [];
  const { left, top } = frame.getBoundingClientRect();
  const covers = frame.closest('[data-map]')?.querySelectorAll(selector) ?? [];
  return [...covers].flatMap((cover) => {
    const box = cover.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return [];
    return {
      x: box.left - left - marginPx,
      y: box.top - top - marginPx,
      width: box.width + 2 * marginPx,
      height: box.height + 2 * marginPx,
    };
  });
}
