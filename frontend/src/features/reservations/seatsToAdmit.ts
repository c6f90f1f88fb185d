import type { Reservation, Ticket } from '@/api/types';

/** The seats that a ticket can still admit: of its booking, or the one that it is for. */
export function seatsToAdmit({
  seat: own,
  reservation: { seat_details: seats },
}: Ticket): Reservation['seat_details'] {
  return seats.filter((seat) => seat.entry === null && (own === null || seat.seat_id === own));
}
