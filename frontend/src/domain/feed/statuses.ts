import { STATUSES, type SeatStatus } from '@/domain/feed/protocol';

const SEATS_PER_BYTE = 4;
const CODE_BITS = 2;
const CODE_MASK = 0b11;

/** Unpack base64 of 2-bit codes, four seats to the byte, the first seat in the lowest bits. */
export function decodeStatuses(base64: string): SeatStatus[] {
  const bytes = atob(base64);
  const statuses = new Array<SeatStatus>(bytes.length * SEATS_PER_BYTE);
  for (let index = 0; index < statuses.length; index++) {
    const byte = bytes.charCodeAt(Math.floor(index / SEATS_PER_BYTE));
    const code = (byte >> ((index % SEATS_PER_BYTE) * CODE_BITS)) & CODE_MASK;
    statuses[index] = statusFromCode(code);
  }
  return statuses;
}

export function statusFromCode(code: number): SeatStatus {
  const status = STATUSES[code];
  if (status === undefined) throw new RangeError(`${code} is no seat status`);
  return status;
}
