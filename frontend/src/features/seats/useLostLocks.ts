import { type Dispatch, type SetStateAction, useEffect } from 'react';

import { fetchReleasedLocks } from '@/api/events';
import type { Announce } from '@/components/announce';
import { seatList } from '@/domain/seatMap/seatNames';
import type { LostLocks } from '@/domain/seatMap/state';
import type { SeatMapStore } from '@/domain/seatMap/store';
import type { Offer } from '@/features/seats/offer/offer';
import { offerExpiredSeats } from '@/features/seats/offer/offerExpiredSeats';
import { useSeatMap } from '@/hooks/useLiveSeatMap';
import { t } from '@/i18n/language';

/**
 * Announce lost locks. Offer expired seats again, but not others, which may have been released in
 * another tab.
 */
export function useLostLocks(
  eventId: number,
  store: SeatMapStore,
  announce: Announce,
  setOffer: Dispatch<SetStateAction<Offer | null>>,
): void {
  const lapse = useSeatMap(store, (state) => state.lostLocks);
  useEffect(() => {
    if (lapse === null) return;
    if (lapse.kind !== 'expired') {
      void announceLoss(eventId, lapse, announce);
      return;
    }
    announce(t('seats:lapsed', seatList(lapse.seats)), 'bad');
    setOffer((before) => offerExpiredSeats(before, lapse.seats));
    announce(t('choosing:againSaid', seatList(lapse.seats)), 'quiet');
  }, [eventId, lapse, announce, setOffer]);
}

/** Say that locks were lost, and whether the box office released them. */
async function announceLoss(eventId: number, lost: LostLocks, announce: Announce): Promise<void> {
  const released = await fetchReleasedLocks(eventId).catch(() => []);
  const byOffice = lost.seats.every(({ id }) => released.some(({ seat_id: seat }) => seat === id));
  announce(t(byOffice ? 'seats:releasedByBoxOffice' : 'seats:lost', seatList(lost.seats)), 'bad');
}
