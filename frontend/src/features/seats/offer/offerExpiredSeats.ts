import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Offer } from '@/features/seats/offer/offer';
import { t } from '@/i18n/language';
import { sumAmounts } from '@/i18n/money';

/**
 * Seats whose hold ran out, to be had again, with those of such an offer made just before: seats
 * that were picked one after the other run out like that too.
 */
export function offerExpiredSeats(before: Offer | null, lapsed: readonly SeatFacts[]): Offer {
  const earlier = before?.isDivisible === true ? before.insteadOf : [];
  const seats = [...earlier.filter(({ id }) => lapsed.every((seat) => seat.id !== id)), ...lapsed];
  return {
    text: t('choosing:againCard', { count: seats.length }),
    alternatives: [
      {
        seatIds: seats.map(({ id }) => id),
        seatNumbers: seats.map(({ seatNumber }) => seatNumber),
        price: sumAmounts(seats.map(({ price }) => price)),
      },
    ],
    insteadOf: seats,
    isDivisible: true,
  };
}
