/** A signed ticket, as `reservations/bookings/ticket_codes.py` describes it. Its signature is not checked here. */
export interface SignedTicket {
  readonly bookingId: string;
  readonly eventId: number;
  /** Since when the booking has its seats, in Unix seconds. */
  readonly validFrom: number;
  readonly people: number;
  readonly isPaid: boolean;
  /** What is signed. */
  readonly text: string;
  /** In base64url. */
  readonly signature: string;
}

const SIGNED = /^(([0-9A-Z]{16})\.(\d{1,19})\.(\d{1,12})\.(\d{1,3})([PU]))\.([\w-]{86})$/;

/** Null if the text has another form. */
export function parseSignedTicket(code: string): SignedTicket | null {
  const [, text, bookingId, eventId, validFrom, people, paid, signature] = SIGNED.exec(code) ?? [];
  if (text === undefined || bookingId === undefined || signature === undefined) return null;
  return {
    bookingId,
    eventId: Number(eventId),
    validFrom: Number(validFrom),
    people: Number(people),
    isPaid: paid === 'P',
    text,
    signature,
  };
}

export interface TicketCode {
  /** The booking's. */
  readonly code: string;
  /** The id of the seat that the ticket is for; null for all seats of the booking. */
  readonly seatId: number | null;
}

/** Null if the text has another form. Letters of typed codes may be in either case. */
export function parseTicketCode(text: string): TicketCode | null {
  const [, code, seat] =
    /^([0-9A-Z]{16}-[A-Z2-7]{16})(?:\.(\d{1,15}))?$/.exec(text.toUpperCase()) ?? [];
  return code === undefined ? null : { code, seatId: seat === undefined ? null : Number(seat) };
}
