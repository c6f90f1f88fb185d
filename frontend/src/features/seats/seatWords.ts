import { assertNever } from '@/domain/assertNever';
import type { MapSeat } from '@/domain/seatMap/seats';
import { t } from '@/i18n/language';
import { formatAmount } from '@/i18n/money';

/** What a screen reader says for a seat. */
export function seatName(seat: MapSeat, currency: string): string {
  const { seatNumber, section, price } = seat.facts;
  return t(section === '' ? 'seats:seat_noSection' : 'seats:seat', {
    seat: seatNumber,
    section,
    price: formatAmount(price, currency),
    standing: standingInWords(seat),
  });
}

export function standingInWords({ standing, holder }: MapSeat): string {
  switch (standing) {
    case 'available':
      return t('seats:standing_available');
    case 'mine':
      return t('seats:standing_mine');
    case 'locked':
      return holder === null
        ? t('seats:standing_locked')
        : t('seats:standing_lockedBy', { holder });
    case 'reserved':
      return t('seats:standing_reserved');
    case 'blocked':
      return t('seats:standing_blocked');
    default:
      return assertNever(standing);
  }
}

/** Why a seat cannot be had. */
export function takenSentence({ facts: { seatNumber: seat }, standing, holder }: MapSeat): string {
  switch (standing) {
    case 'available':
    case 'mine':
      return '';
    case 'locked':
      return holder === null
        ? t('seats:taken_locked', { seat })
        : t('seats:taken_lockedBy', { seat, holder });
    case 'reserved':
      return t('seats:taken_reserved', { seat });
    case 'blocked':
      return t('seats:taken_blocked', { seat });
    default:
      return assertNever(standing);
  }
}
