import { describe, expect, it } from 'vitest';

import type { DoorList, ListedBooking, TicketScan } from '@/api/types';
import { decide, type Decision, type TicketCrypto } from '@/domain/door/decide';
import {
  type DoorState,
  newDoorState,
  withChanges,
  withList,
  withoutEntries,
  withScan,
} from '@/domain/door/doorState';

const LOADED = Date.parse('2030-05-24T18:00:00Z') / 1000;
const GOOD = 'G'.repeat(86);

const crypto: TicketCrypto = {
  verify: (signature, _text, key) => Promise.resolve(signature === GOOD && key === 'key'),
  digest: (text) => Promise.resolve(`digest of ${text}`),
};

function idOf(number: number): string {
  return String(number).padStart(16, '0');
}

interface TicketOptions {
  readonly eventId?: number;
  readonly validFrom?: number;
  readonly people?: number;
  readonly paid?: 'P' | 'U';
  readonly signature?: string;
}

function ticketOf(
  number: number,
  { eventId = 7, validFrom = 1_000, people = 1, paid = 'P', signature = GOOD }: TicketOptions = {},
): string {
  return `${idOf(number)}.${eventId}.${validFrom}.${people}${paid}.${signature}`;
}

function bookingOf(number: number, changed: Partial<ListedBooking> = {}, seats = 1): ListedBooking {
  return {
    id: idOf(number),
    code: `digest of ${idOf(number)}-${'A'.repeat(16)}`,
    valid_from: 1_000,
    state: 'valid',
    seats: Array.from({ length: seats }, (_, place) => ({
      seat_id: number * 10 + place,
      seat_number: `A${number * 10 + place}`,
      ...{ section: '', row: 'A', number: String(number * 10 + place) },
      entered_at: null,
      gate: '',
    })),
    ...changed,
  };
}

function listOf(bookings: readonly ListedBooking[], isCancelled = false): DoorList {
  return {
    event: {
      id: 7,
      name: 'Concert',
      venue: 'Hall',
      date: '2030-05-24T19:00:00Z',
      time_zone: 'Europe/Berlin',
      is_cancelled: isCancelled,
    },
    keys: ['older', 'key'],
    now: new Date(LOADED * 1000).toISOString(),
    version: 'one',
    last_entry: 0,
    bookings: [...bookings],
  };
}

function doorOf(...bookings: readonly ListedBooking[]): DoorState {
  return newDoorState('north', 'North', listOf(bookings));
}

function scanOf(ticket: string, seatIds: readonly number[]): TicketScan {
  const at = '2030-05-24T18:30:00Z';
  return { id: ticket, ticket, at, seat_ids: [...seatIds], was_admitted: true, reason: '' };
}

function letIn(state: DoorState, ticket: string, decision: Decision): DoorState {
  if (decision.kind !== 'valid') throw new Error(decision.reason);
  const seatIds = decision.left.map(({ seat_id }) => seat_id);
  return withScan(state, scanOf(ticket, seatIds), decision.bookingId);
}

const SOLD_SINCE = { validFrom: LOADED + 60 };

describe('a door without a network', () => {
  it('admits a listed ticket once', async () => {
    const ticket = ticketOf(1, { people: 2 });
    const state = doorOf(bookingOf(1, {}, 2));
    const first = await decide(state, ticket, crypto);
    expect(first).toMatchObject({ kind: 'valid', people: 2 });
    const second = await decide(letIn(state, ticket, first), ticket, crypto);
    expect(second).toMatchObject({
      kind: 'refused',
      reason: 'used',
      entries: [
        { gate: 'North', seat: { seat_number: 'A10' } },
        { gate: 'North', seat: { seat_number: 'A11' } },
      ],
    });
  });

  it('admits the rest of a group', async () => {
    const state = withScan(doorOf(bookingOf(1, {}, 3)), scanOf('', [11]), idOf(1));
    const decision = await decide(state, ticketOf(1), crypto);
    expect(decision.kind === 'valid' && decision.left.map((seat) => seat.seat_id)).toEqual([
      10, 12,
    ]);
  });

  it.each([
    ['forged', ticketOf(1, { signature: 'F'.repeat(86) })],
    ['another_event', ticketOf(1, { eventId: 8 })],
    ['unknown', ticketOf(9)],
    ['unknown', 'hello'],
    ['unknown', `${idOf(9)}-${'A'.repeat(16)}`],
    ['unpaid', ticketOf(2, { paid: 'U' })],
    ['cancelled', ticketOf(3)],
    ['lapsed', ticketOf(4)],
    ['outdated', ticketOf(5)],
    ['unpaid', ticketOf(9, { ...SOLD_SINCE, paid: 'U' })],
  ])('refuses a ticket that is %s: %s', async (reason, ticket) => {
    const state = doorOf(
      bookingOf(1),
      bookingOf(2, { state: 'unpaid' }),
      bookingOf(3, { state: 'cancelled' }),
      bookingOf(4, { state: 'lapsed' }),
      bookingOf(5, { valid_from: 2_000 }),
    );
    expect(await decide(state, ticket, crypto)).toMatchObject({ kind: 'refused', reason });
  });

  it('believes a signed ticket that is newer than the list, once', async () => {
    const sold = ticketOf(9, { ...SOLD_SINCE, people: 3 });
    const moved = ticketOf(1, SOLD_SINCE);
    let state = doorOf(bookingOf(1));
    for (const ticket of [sold, moved]) {
      const first = await decide(state, ticket, crypto);
      expect(first).toMatchObject({ kind: 'valid', left: [] });
      state = letIn(state, ticket, first);
      expect(await decide(state, ticket, crypto)).toMatchObject({ reason: 'used' });
    }
  });

  it('believes a ticket that says it was paid since', async () => {
    const state = doorOf(bookingOf(2, { state: 'unpaid' }));
    expect(await decide(state, ticketOf(2), crypto)).toMatchObject({ kind: 'valid' });
  });

  it('recognises a typed code, in either case', async () => {
    const state = doorOf(bookingOf(1));
    const typed = `${idOf(1)}-${'a'.repeat(16)}`;
    expect(await decide(state, typed, crypto)).toMatchObject({ kind: 'valid' });
  });

  it('admits only the seat of a ticket for one seat, and none that was given up', async () => {
    const state = doorOf(bookingOf(1, {}, 2));
    const typed = `${idOf(1)}-${'A'.repeat(16)}`;
    expect(await decide(state, `${typed}.11`, crypto)).toMatchObject({
      kind: 'valid',
      left: [{ seat_id: 11 }],
    });
    expect(await decide(state, `${typed}.99`, crypto)).toMatchObject({
      kind: 'refused',
      reason: 'outdated',
    });
  });

  it('admits nobody to a cancelled event', async () => {
    const state = newDoorState('north', 'North', listOf([bookingOf(1)], true));
    for (const ticket of [ticketOf(1), ticketOf(9, SOLD_SINCE)]) {
      expect(await decide(state, ticket, crypto)).toMatchObject({ reason: 'cancelled' });
    }
  });

  it('knows the entries at other doors that it was told', async () => {
    const state = withChanges(doorOf(bookingOf(1)), {
      now: '2030-05-24T18:31:00Z',
      version: 'one',
      last_entry: 4,
      entered: 1,
      expected: 1,
      entries: [{ reservation: idOf(1), seat_id: 10, at: '2030-05-24T18:30:00Z', gate: 'South' }],
    });
    expect(await decide(state, ticketOf(1), crypto)).toMatchObject({
      reason: 'used',
      entries: [{ gate: 'South' }],
    });
  });

  it('admits the new owner of a seat whose former owner was let in', async () => {
    const former = withScan(doorOf(bookingOf(1)), scanOf('', [10]), idOf(1));
    const owned = bookingOf(2, { seats: bookingOf(1).seats });
    const state = withList(former, listOf([bookingOf(1, { state: 'cancelled' }), owned]));
    expect(await decide(state, ticketOf(2), crypto)).toMatchObject({
      kind: 'valid',
      left: [{ seat_id: 10 }],
    });
  });

  it('forgets whom it let in with a scan that the server did not accept', async () => {
    const seats = withScan(doorOf(bookingOf(1)), scanOf('seats', [10]), idOf(1));
    const state = withScan(seats, scanOf('unlisted', []), idOf(9));
    const ids = new Set(['seats', 'unlisted']);
    expect(await decide(withoutEntries(state, new Set()), ticketOf(1), crypto)).toMatchObject({
      reason: 'used',
    });
    for (const ticket of [ticketOf(1), ticketOf(9, SOLD_SINCE)]) {
      expect(await decide(state, ticket, crypto)).toMatchObject({ reason: 'used' });
      const without = withoutEntries(state, ids);
      expect(await decide(without, ticket, crypto)).toMatchObject({ kind: 'valid' });
    }
  });

  it('keeps what it scanned when it loads a newer list', async () => {
    const state = withScan(doorOf(bookingOf(1)), scanOf('', [10]), idOf(1));
    const newer = withList(state, listOf([bookingOf(1), bookingOf(2)]));
    expect(newer.unsent).toHaveLength(1);
    expect(await decide(newer, ticketOf(1), crypto)).toMatchObject({ reason: 'used' });
    expect(await decide(newer, ticketOf(2), crypto)).toMatchObject({ kind: 'valid' });
  });
});
