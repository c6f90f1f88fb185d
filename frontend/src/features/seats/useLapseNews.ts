import { useEffect } from 'react';

import type { Announce } from '@/components/announce';
import { useSeatMap } from '@/features/seats/useLiveSeatMap';
import { listOf, t } from '@/lib/i18n/language';
import type { Lapse } from '@/lib/seatmap/state';
import type { SeatMapStore } from '@/lib/seatmap/store';

/** Tell people when seats stop being theirs without their doing. */
export function useLapseNews(store: SeatMapStore, announce: Announce): void {
  const lapse = useSeatMap(store, (state) => state.lapse);
  useEffect(() => {
    if (lapse !== null) announce(lapseSentence(lapse), 'bad');
  }, [lapse, announce]);
}

function lapseSentence({ kind, seatNumbers }: Lapse): string {
  const seats = { count: seatNumbers.length, list: listOf(seatNumbers) };
  return kind === 'expired' ? t('seats:lapsed', seats) : t('seats:lost', seats);
}
