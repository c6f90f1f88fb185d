import { useMemo } from 'react';

import type { Category } from '@/api/types';
import { type SeatTone, toneOf } from '@/canvas/palette';
import { usePalette } from '@/components/map/usePalette';

/** The colours of each category's seats in the current theme, by the category's id. */
export function useSeatTones(categories: readonly Category[]): ReadonlyMap<number, SeatTone> {
  const palette = usePalette();
  return useMemo(
    () => new Map(categories.map(({ id, color }) => [id, toneOf(color, palette)])),
    [categories, palette],
  );
}
