import type { Seat } from '@/api/types';
import type { LiveSeat } from '@/domain/feed/protocol';

/** Static data of a seat. */
export interface SeatFacts {
  readonly id: number;
  readonly index: number;
  readonly seatNumber: string;
  readonly section: string;
  /** Of a plan with several floors; else empty. */
  readonly floor: string;
  readonly row: string;
  readonly number: string;
  readonly x: number;
  readonly y: number;
  readonly categoryId: number | null;
  readonly price: string;
  /** The bits of `features.ts`. */
  readonly features: number;
  /** About the seat, for buyers; mostly empty. */
  readonly note: string;
  /** The index of the accessible seat whose companion sits here. */
  readonly companionOf: number | null;
  /** The name of its table or standing area in the plan; empty if it has none. */
  readonly group: string;
  /** Whether it is sold only with its whole table. */
  readonly isSoldWhole: boolean;
  /** Whether it is a place of a standing area, `group`, and sold by number. */
  readonly isPlace: boolean;
}

/** A seat's status as shown to this user; unknown in a section that the feed does not deliver. */
export type DisplayStatus = 'available' | 'mine' | 'locked' | 'reserved' | 'blocked' | 'unknown';

/** A seat as displayed. Keeps its identity while nothing changes. */
export interface MapSeat {
  readonly facts: SeatFacts;
  readonly status: DisplayStatus;
  /** The lock's deadline for `mine` and `locked`, if known. */
  readonly until: number | null;
  readonly holder: string | null;
  /** Shown optimistically; the server has not answered. */
  readonly pending: boolean;
}

/** Whether the user asked for a seat that is not known to be held yet. */
export function isAskedFor({ status, pending, until }: MapSeat): boolean {
  return status === 'mine' && pending && until === null;
}

/** The state of a seat of which the feed delivers nothing. */
export const UNKNOWN = { status: 'unknown', lockedUntil: null, holder: null } as const;

/** What is known of a seat from the feed. */
export type SeatState = LiveSeat | typeof UNKNOWN;

export const FREE: LiveSeat = { status: 'available', lockedUntil: null, holder: null };

export function liveOf(seat: Seat): LiveSeat {
  return {
    status: seat.status,
    lockedUntil: seat.locked_until === null ? null : Date.parse(seat.locked_until),
    holder: seat.locked_by,
  };
}

export function sameFacts(a: SeatFacts, b: SeatFacts): boolean {
  return (
    a.id === b.id &&
    a.index === b.index &&
    a.seatNumber === b.seatNumber &&
    a.section === b.section &&
    a.floor === b.floor &&
    a.row === b.row &&
    a.number === b.number &&
    a.x === b.x &&
    a.y === b.y &&
    a.categoryId === b.categoryId &&
    a.price === b.price &&
    a.features === b.features &&
    a.note === b.note &&
    a.companionOf === b.companionOf &&
    a.group === b.group &&
    a.isSoldWhole === b.isSoldWhole &&
    a.isPlace === b.isPlace
  );
}

export function sameSeat(a: MapSeat, b: MapSeat): boolean {
  return (
    a.facts === b.facts &&
    a.status === b.status &&
    a.until === b.until &&
    a.holder === b.holder &&
    a.pending === b.pending
  );
}
