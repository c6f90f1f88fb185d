import type {
  DoorChanges,
  DoorList,
  ListedBooking,
  ListedSeat,
  ScanResult,
  TicketScan,
} from '@/api/types';

/** What a door knows, and has to tell. Stored on the device; all changes are pure functions. */
export interface DoorState {
  readonly doorId: string;
  readonly gate: string;
  readonly list: DoorList;
  /** Entries that the list does not have, by booking and seat: of this door, and of the server. */
  readonly entered: Readonly<Record<EntryKey, Entered>>;
  /** Bookings by id that are newer than the list and were admitted here. */
  readonly enteredUnlisted: Readonly<Record<string, Entered>>;
  readonly lastEntry: number;
  /** Scans that the server does not have yet, the oldest first. */
  readonly unsent: readonly TicketScan[];
  readonly counts: Counts;
}

/** A seat can have another owner by now, so an entry is that of a booking's seat. */
export type EntryKey = `${string}/${number}`;

export interface Entered {
  readonly at: string;
  readonly gate: string;
  /** The scan of this door that let them in; none if the server told it. */
  readonly scanId?: string;
}

type ToldEntry = DoorChanges['entries'][number];

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
  return {
    ...withTold(state, changes.entries),
    lastEntry: changes.last_entry,
    counts: { entered: changes.entered, expected: changes.expected },
  };
}

/** Add entries that the server has told. */
export function withTold(state: DoorState, entries: readonly ToldEntry[]): DoorState {
  if (entries.length === 0) return state;
  const told = entries.map(
    ({ reservation, seat_id, at, gate }) => [keyOf(reservation, seat_id), { at, gate }] as const,
  );
  return { ...state, entered: { ...state.entered, ...Object.fromEntries(told) } };
}

/** Keep a scan until it is sent, and remember whom the door let in. */
export function withScan(state: DoorState, scan: TicketScan, bookingId: string | null): DoorState {
  const next = { ...state, unsent: [...state.unsent, scan] };
  return scan.was_admitted === true ? withEntry(next, scan, bookingId) : next;
}

/** Remember whom the door let in. */
export function withEntry(state: DoorState, scan: TicketScan, bookingId: string | null): DoorState {
  const entry = { at: scan.at, gate: state.gate, scanId: scan.id };
  if (bookingId === null) return state;
  if (scan.seat_ids.length === 0) {
    return { ...state, enteredUnlisted: { ...state.enteredUnlisted, [bookingId]: entry } };
  }
  const own = Object.fromEntries(scan.seat_ids.map((seatId) => [keyOf(bookingId, seatId), entry]));
  return {
    ...state,
    entered: { ...state.entered, ...own },
    counts: { ...state.counts, entered: state.counts.entered + scan.seat_ids.length },
  };
}

/** Forget whom the door let in with scans that the server did not accept. */
export function withoutEntries(state: DoorState, scanIds: ReadonlySet<string>): DoorState {
  return {
    ...state,
    entered: withoutScans(state.entered, scanIds),
    enteredUnlisted: withoutScans(state.enteredUnlisted, scanIds),
  };
}

function withoutScans<Key extends string>(
  entered: Readonly<Record<Key, Entered>>,
  scanIds: ReadonlySet<string>,
): Readonly<Record<Key, Entered>> {
  const kept = Object.entries<Entered>(entered).filter(
    ([, { scanId }]) => scanId === undefined || !scanIds.has(scanId),
  );
  return Object.fromEntries(kept) as Record<Key, Entered>;
}

export function withoutSent(state: DoorState, ids: ReadonlySet<string>): DoorState {
  return { ...state, unsent: state.unsent.filter(({ id }) => !ids.has(id)) };
}

export function entryOf(state: DoorState, bookingId: string, seat: ListedSeat): Entered | null {
  const here = state.entered[keyOf(bookingId, seat.seat_id)];
  if (here !== undefined) return here;
  return seat.entered_at === null ? null : { at: seat.entered_at, gate: seat.gate };
}

/** The seats of the list that entries name. */
export function seatsEntered(
  list: DoorList,
  entries: ScanResult['entries'],
): readonly ListedSeat[] {
  return entries.flatMap(
    ({ reservation, seat_id: id }) =>
      bookingById(list, reservation)?.seats.find((seat) => seat.seat_id === id) ?? [],
  );
}

export function bookingById(list: DoorList, id: string): ListedBooking | null {
  return list.bookings.find((booking) => booking.id === id) ?? null;
}

function keyOf(bookingId: string, seatId: number): EntryKey {
  return `${bookingId}/${String(seatId)}` as EntryKey;
}

function countsOf(list: DoorList): Counts {
  const seats = list.bookings.filter(({ state }) => state !== 'cancelled' && state !== 'lapsed');
  const all = seats.flatMap((booking) => booking.seats);
  return {
    entered: all.filter(({ entered_at }) => entered_at !== null).length,
    expected: all.length,
  };
}
