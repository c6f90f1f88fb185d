import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Offer } from '@/features/seats/offer/offer';
import { t } from '@/i18n/language';
import { sumAmounts } from '@/i18n/money';

/**
 * Offer seats whose lock expired, merged with the previous such offer: seats picked one after the
 * other expire one after the other.
 */
export function offerExpiredSeats(before: Offer | null, lapsed: readonly SeatFacts[]): Offer {
  const earlier = before?.isDivisible === true ? before.insteadOf : [];
  const seats = [...earlier.filter(({ id }) => lapsed.every((seat) => seat.id !== id)), ...lapsed];
  return {
    text: t('choosing:againCard', { count: seats.length }),
    alternatives: [
      {
        seatIds: seats.map(({ id }) => id),
        price: sumAmounts(seats.map(({ price }) => price)),
      },
    ],
    insteadOf: seats,
    isDivisible: true,
  };
}
