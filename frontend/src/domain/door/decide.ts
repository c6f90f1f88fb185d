import type { ListedBooking, ListedSeat } from '@/api/types';
import { bookingById, type DoorState, type Entered, entryOf } from '@/domain/door/doorState';
import { parseSignedTicket, parseTicketCode, type SignedTicket } from '@/domain/door/signedTicket';

/** Why a door refuses a ticket by itself; `REASONS` in `doors/api/serializers.py`. */
export type RefusalReason =
  'forged' | 'another_event' | 'outdated' | 'unknown' | 'unpaid' | 'cancelled' | 'lapsed' | 'used';

export type Decision =
  | {
      readonly kind: 'valid';
      readonly bookingId: string;
      /** Seats that have not entered; empty if the ticket is newer than the list. */
      readonly left: readonly ListedSeat[];
      readonly people: number;
    }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly bookingId: string | null;
      /** When and where its seats entered, if it was used; a seat may be unknown. */
      readonly entries: readonly (Entered & { readonly seat: ListedSeat | null })[];
    };

/** The cryptography of tickets, which browsers only have asynchronously. */
export interface TicketCrypto {
  /** Whether an Ed25519 key (base64url) has signed the text. */
  readonly verify: (signature: string, text: string, key: string) => Promise<boolean>;
  /** The first 16 hex digits of the SHA-256. */
  readonly digest: (text: string) => Promise<string>;
}

/**
 * Decide by the list alone what a ticket admits to.
 *
 * A signed ticket that is newer than the list is believed: it was sold, or its seats were changed,
 * since the list was loaded.
 */
export async function decide(
  state: DoorState,
  code: string,
  crypto: TicketCrypto,
): Promise<Decision> {
  const ticket = parseSignedTicket(code);
  if (ticket !== null) {
    const isSigned = await isSignedBy(state.list.keys, ticket, crypto);
    return isSigned ? decideSigned(state, ticket) : refused('forged');
  }
  const typed = parseTicketCode(code);
  if (typed === null) return refused('unknown');
  const digest = await crypto.digest(typed.code);
  const booking = state.list.bookings.find((one) => one.code === digest);
  if (booking === undefined) return refused('unknown');
  const { seatId } = typed;
  if (seatId === null) return decideListed(state, booking, null);
  const seats = booking.seats.filter((seat) => seat.seat_id === seatId);
  // The booking has given this seat up.
  if (seats.length === 0) return refused('outdated', booking.id);
  return decideListed(state, { ...booking, seats }, null);
}

function decideSigned(state: DoorState, ticket: SignedTicket): Decision {
  const { bookingId } = ticket;
  if (ticket.eventId !== state.list.event.id) return refused('another_event', bookingId);
  const booking = bookingById(state.list, bookingId);
  if (booking !== null && ticket.validFrom <= booking.valid_from) {
    return decideListed(state, booking, ticket);
  }
  const isNewer =
    booking !== null || ticket.validFrom >= Math.floor(Date.parse(state.list.now) / 1000);
  if (!isNewer) return refused('unknown', bookingId);
  if (state.list.event.is_cancelled) return refused('cancelled', bookingId);
  if (!ticket.isPaid) return refused('unpaid', bookingId);
  const entry = state.enteredUnlisted[bookingId];
  if (entry !== undefined) {
    return { ...refused('used', bookingId), entries: [{ ...entry, seat: null }] };
  }
  return { kind: 'valid', bookingId, left: [], people: ticket.people };
}

function decideListed(
  state: DoorState,
  booking: ListedBooking,
  ticket: SignedTicket | null,
): Decision {
  if (state.list.event.is_cancelled) return refused('cancelled', booking.id);
  if (ticket !== null && ticket.validFrom < booking.valid_from)
    return refused('outdated', booking.id);
  // It was paid after the list was loaded if the ticket says so.
  const isPaidSince = booking.state === 'unpaid' && ticket?.isPaid === true;
  if (booking.state !== 'valid' && !isPaidSince) return refused(booking.state, booking.id);
  const left = booking.seats.filter((seat) => entryOf(state, booking.id, seat) === null);
  if (left.length > 0 || booking.seats.length === 0) {
    return { kind: 'valid', bookingId: booking.id, left, people: left.length };
  }
  const entries = booking.seats.flatMap((seat) => {
    const entry = entryOf(state, booking.id, seat);
    return entry === null ? [] : [{ ...entry, seat }];
  });
  return { ...refused('used', booking.id), entries };
}

async function isSignedBy(
  keys: readonly string[],
  { signature, text }: SignedTicket,
  crypto: TicketCrypto,
): Promise<boolean> {
  for (const key of keys) if (await crypto.verify(signature, text, key)) return true;
  return false;
}

function refused(
  reason: RefusalReason,
  bookingId: string | null = null,
): Decision & { kind: 'refused' } {
  return { kind: 'refused', reason, bookingId, entries: [] };
}
