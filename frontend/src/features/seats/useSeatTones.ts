import { useMemo } from 'react';

import type { Category } from '@/api/types';
import { paletteOf, type SeatTone, toneOf } from '@/canvas/palette';
import { useTheme } from '@/features/seats/map/useTheme';

/** The colours of each category's seats in the current theme, by the category's id. */
export function useSeatTones(categories: readonly Category[]): ReadonlyMap<number, SeatTone> {
  const theme = useTheme();
  return useMemo(() => {
    const palette = paletteOf(document.documentElement);
    return new Map(categories.map(({ id, color }) => [id, toneOf(color, palette)]));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the palette changes with the theme
  }, [categories, theme]);
}
