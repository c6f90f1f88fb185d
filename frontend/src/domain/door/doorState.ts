import type { DoorChanges, DoorList, ListedBooking, ListedSeat, TicketScan } from '@/api/types';

/** What a door knows, and has to tell. Stored on the device; all changes are pure functions. */
export interface DoorState {
  readonly doorId: string;
  readonly gate: string;
  readonly list: DoorList;
  /** Entries by seat id that the list does not have: of this door, and told by the server. */
  readonly entered: Readonly<Record<number, Entered>>;
  /** Bookings by id that are newer than the list and were admitted here. */
  readonly enteredUnlisted: Readonly<Record<string, Entered>>;
  readonly lastEntry: number;
  /** Scans that the server does not have yet, the oldest first. */
  readonly unsent: readonly TicketScan[];
  readonly counts: Counts;
}

export interface Entered {
  readonly at: string;
  readonly gate: string;
}

export interface Counts {
  readonly entered: number;
  readonly expected: number;
}

export function newDoorState(doorId: string, gate: string, list: DoorList): DoorState {
  return {
    doorId,
    gate,
    list,
    entered: {},
    enteredUnlisted: {},
    lastEntry: list.last_entry,
    unsent: [],
    counts: countsOf(list),
  };
}

/** Replace the list, e.g. after bookings were made. What was scanned here stays. */
export function withList(state: DoorState, list: DoorList): DoorState {
  return { ...state, list, lastEntry: list.last_entry, counts: countsOf(list) };
}

/** Add the entries at all doors. Own entries that the server has not got yet stay. */
export function withChanges(state: DoorState, changes: DoorChanges): DoorState {
  const told = changes.entries.map(({ seat_id, at, gate }) => [seat_id, { at, gate }] as const);
  return {
    ...state,
    lastEntry: changes.last_entry,
    entered: told.length === 0 ? state.entered : { ...state.entered, ...Object.fromEntries(told) },
    counts: { entered: changes.entered, expected: changes.expected },
  };
}

/** Keep a scan until it is sent, and remember whom the door let in. */
export function withScan(state: DoorState, scan: TicketScan, bookingId: string | null): DoorState {
  const next = { ...state, unsent: [...state.unsent, scan] };
  return scan.was_admitted === true ? withEntry(next, scan, bookingId) : next;
}

/** Remember whom the door let in. */
export function withEntry(state: DoorState, scan: TicketScan, bookingId: string | null): DoorState {
  const entry = { at: scan.at, gate: state.gate };
  if (scan.seat_ids.length === 0) {
    if (bookingId === null) return state;
    return { ...state, enteredUnlisted: { ...state.enteredUnlisted, [bookingId]: entry } };
  }
  const own = Object.fromEntries(scan.seat_ids.map((seatId) => [seatId, entry]));
  return {
    ...state,
    entered: { ...state.entered, ...own },
    counts: { ...state.counts, entered: state.counts.entered + scan.seat_ids.length },
  };
}

export function withoutSent(state: DoorState, ids: ReadonlySet<string>): DoorState {
  return { ...state, unsent: state.unsent.filter(({ id }) => !ids.has(id)) };
}

export function entryOf(state: DoorState, seat: ListedSeat): Entered | null {
  const here = state.entered[seat.seat_id];
  if (here !== undefined) return here;
  return seat.entered_at === null ? null : { at: seat.entered_at, gate: seat.gate };
}

export function bookingById(list: DoorList, id: string): ListedBooking | null {
  return list.bookings.find((booking) => booking.id === id) ?? null;
}

function countsOf(list: DoorList): Counts {
  const seats = list.bookings.filter(({ state }) => state !== 'cancelled' && state !== 'lapsed');
  const all = seats.flatMap((booking) => booking.seats);
  return {
    entered: all.filter(({ entered_at }) => entered_at !== null).length,
    expected: all.length,
  };
}
