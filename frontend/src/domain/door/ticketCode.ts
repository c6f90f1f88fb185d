/** What people put between the letters of a code: spaces, and any dash. */
const SEPARATORS = /[\s\p{Pd}\u2212]+/gu;
const TYPED = /^([0-9A-Z]{16})([A-Z2-7]{16})(\.\d{1,18})?$/;
/** As `ALPHABET` in `reservations/formats/public_ids.py`, with O, I and L as they are often typed. */
const BOOKING_NUMBER = /^[0-9A-TV-Z]{16}$/;

/**
 * Extract the code from typed, pasted or scanned text, which may be the QR code's URL.
 *
 * A ticket code can be typed in either case, with spaces, and with any dash or none.
 */
export function parseTicketCode(text: string): string {
  const [, inAddress] = /\/tickets\/([^/?#\s]+)/.exec(text) ?? [];
  const code = (inAddress ?? text).trim();
  const [, booking, signature, seat = ''] = TYPED.exec(lettersOf(code)) ?? [];
  return booking === undefined || signature === undefined ? code : `${booking}-${signature}${seat}`;
}

/** Whether a text can be the number of a booking, which admits nobody. */
export function isBookingNumber(text: string): boolean {
  return BOOKING_NUMBER.test(lettersOf(text));
}

function lettersOf(text: string): string {
  return text.replace(SEPARATORS, '').toUpperCase();
}
