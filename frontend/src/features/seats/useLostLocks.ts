import { type Dispatch, type SetStateAction, useEffect } from 'react';

import type { Announce } from '@/components/announce';
import type { LostLocks } from '@/domain/seatMap/state';
import type { SeatMapStore } from '@/domain/seatMap/store';
import type { Offer } from '@/features/seats/offer/offer';
import { offerExpiredSeats } from '@/features/seats/offer/offerExpiredSeats';
import { useSeatMap } from '@/hooks/useLiveSeatMap';
import { formatList, t } from '@/i18n/language';

/**
 * Announce lost locks. Offer expired seats again, but not others, which may have been released in
 * another tab.
 */
export function useLostLocks(
  store: SeatMapStore,
  announce: Announce,
  setOffer: Dispatch<SetStateAction<Offer | null>>,
): void {
  const lapse = useSeatMap(store, (state) => state.lostLocks);
  useEffect(() => {
    if (lapse === null) return;
    announce(lostLocksText(lapse), 'bad');
    if (lapse.kind !== 'expired') return;
    const { facts, indexById } = store.getState();
    const lapsed = lapse.seatIds.flatMap((seatId) => facts[indexById.get(seatId) ?? -1] ?? []);
    setOffer((before) => offerExpiredSeats(before, lapsed));
    announce(
      t('choosing:againSaid', { count: lapsed.length, list: formatList(lapse.seatNumbers) }),
      'quiet',
    );
  }, [lapse, announce, setOffer, store]);
}

function lostLocksText({ kind, seatNumbers }: LostLocks): string {
  const seats = { count: seatNumbers.length, list: formatList(seatNumbers) };
  return kind === 'expired' ? t('seats:lapsed', seats) : t('seats:lost', seats);
}
