/** How seats of the map are named for buyers: in words, as on their tickets. */

import type { SeatFacts } from '@/domain/seatMap/seats';
import { type NamedSeat, seatsInWords } from '@/domain/seatWords';

export function namedSeat(facts: SeatFacts): NamedSeat {
  return { ...facts, seat_number: facts.seatNumber, is_place: facts.isPlace };
}

export function seatName(facts: SeatFacts): string {
  return seatNames([facts]);
}

/** Those of one row together: "Stalls, row R, seats 17, 18". */
export function seatNames(seats: readonly SeatFacts[]): string {
  return seatsInWords(seats.map(namedSeat));
}

/** Parameters of messages about seats. */
export function seatList(seats: readonly SeatFacts[]): {
  readonly count: number;
  readonly list: string;
} {
  return { count: seats.length, list: seatNames(seats) };
}
