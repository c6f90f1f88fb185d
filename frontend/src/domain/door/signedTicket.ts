/** A signed ticket, as `reservations/tickets.py` describes it. Its signature is not checked here. */
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

/** Letters of typed codes may be in either case. */
export function isTicketCode(code: string): boolean {
  return /^[0-9A-Z]{16}-[A-Z2-7]{16}$/.test(code);
}
