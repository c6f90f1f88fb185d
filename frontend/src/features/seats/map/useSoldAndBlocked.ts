import { useMemo } from 'react';

import type { MapSeat } from '@/domain/seatMap/seats';

export interface SoldAndBlocked {
  /** Whether any seat is blocked, or may be. */
  readonly hasBlocked: boolean;
  /**
   * The categories of seats that are not known to be blocked, null for seats without one, as JSON: equal
   * strings do not redraw the legend.
   */
  readonly sold: string;
}

export function useSoldAndBlocked(seats: readonly MapSeat[]): SoldAndBlocked {
  return useMemo(() => soldAndBlocked(seats), [seats]);
}

function soldAndBlocked(seats: readonly MapSeat[]): SoldAndBlocked {
  let hasBlocked = false;
  let last: number | null | undefined;
  const sold = new Set<number | null>();
  for (const { status, facts } of seats) {
    if (status === 'blocked' || status === 'unknown') hasBlocked = true;
    if (status !== 'blocked' && facts.categoryId !== last) sold.add((last = facts.categoryId));
  }
  return { hasBlocked, sold: JSON.stringify([...sold].sort()) };
}
