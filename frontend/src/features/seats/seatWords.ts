import type { MapSeat } from '@/lib/seatmap/seats';
import { assertNever } from '@/lib/assertNever';

/** What a screen reader says for a seat. */
export function seatName(seat: MapSeat, currency: string): string {
  const { seatNumber, section, price } = seat.facts;
  return [`Seat ${seatNumber}`, section, `${price} ${currency}`, standingInWords(seat)]
    .filter((part) => part !== '')
    .join(', ');
}

export function standingInWords({ standing, holder }: MapSeat): string {
  switch (standing) {
    case 'available':
      return 'available';
    case 'mine':
      return 'held by you';
    case 'locked':
      return holder === null ? 'locked by somebody else' : `locked by ${holder}`;
    case 'reserved':
      return 'reserved';
    case 'blocked':
      return 'not for sale';
    default:
      return assertNever(standing);
  }
}
