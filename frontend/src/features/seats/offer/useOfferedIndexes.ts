import { useMemo } from 'react';

import type { Choice } from '@/features/seats/offer/offer';

/** The indexes of all seats in these choices; the same array while they stay the same. */
export function useOfferedIndexes(choices: readonly Choice[]): readonly number[] {
  const indexes = choices.flatMap(({ seats }) => seats.map(({ index }) => index));
  const key = [...new Set(indexes)].join();
  return useMemo(() => (key === '' ? [] : key.split(',').map(Number)), [key]);
}
