import { useEffect } from 'react';

import type { Announce } from '@/components/announce';
import { useSeatMap } from '@/features/seats/useLiveSeatMap';
import { listOf } from '@/lib/i18n/language';
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
  const seats = `${seatNumbers.length === 1 ? 'seat' : 'seats'} ${listOf(seatNumbers)}`;
  return kind === 'expired'
    ? `Your hold on ${seats} has run out. Choose again if you still want to go.`
    : `You are not holding ${seats} any more.`;
}
