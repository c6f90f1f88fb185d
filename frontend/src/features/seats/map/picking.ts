import type { SeatFacts } from '@/lib/seatmap/seats';
import type { Point } from '@/lib/seatmap/viewport';

/** Which seat was drawn by this element. */
export function seatIndexOf(target: EventTarget | null): number | null {
  if (!(target instanceof Element)) return null;
  const index = target.closest('[data-seat]')?.getAttribute('data-seat');
  return index == null ? null : Number(index);
}

export function nearestSeat(
  seats: readonly SeatFacts[],
  point: Point,
  within: number,
): number | null {
  let nearest: number | null = null;
  let least = within;
  for (const { index, x, y } of seats) {
    const distance = Math.hypot(x - point.x, y - point.y);
    if (distance <= least) [nearest, least] = [index, distance];
  }
  return nearest;
}
