import type { EventDetail, Layout, Reservation, Seat, SecondFactor } from '@/api/types';
import { ACCESSIBLE, AISLE, RESTRICTED_VIEW } from '@/domain/seatMap/features';
import type { SeatFacts } from '@/domain/seatMap/seats';

export const LAYOUT = 'layout-1';

export function makeSeat(index: number, changes: Partial<Seat> = {}): Seat {
  const row = String.fromCharCode(65 + Math.floor(index / 4));
  const number = String((index % 4) + 1);
  return {
    id: 100 + index,
    seat_number: row + number,
    section: 'Stalls',
    row,
    number,
    x: 20 + (index % 4) * 30,
    y: 20 + Math.floor(index / 4) * 30,
    category: 1,
    price: '50.00',
    status: 'available',
    is_available: true,
    locked_by: null,
    locked_until: null,
    reserved_by: null,
    ...changes,
  };
}

export function makeSeats(count: number): Seat[] {
  return Array.from({ length: count }, (_, index) => makeSeat(index));
}

/** Companion seats name an accessible seat that `makeSeat` made. */
export function factsOf(seat: Seat, index: number): SeatFacts {
  return {
    id: seat.id,
    index,
    seatNumber: seat.seat_number,
    section: seat.section,
    floor: '',
    row: seat.row,
    number: seat.number,
    x: seat.x,
    y: seat.y,
    categoryId: seat.category,
    price: seat.price,
    features: (seat.features ?? []).reduce((sum, word) => sum | FEATURES[word], 0),
    note: seat.note ?? '',
    companionOf: seat.companion_of === undefined ? null : seat.companion_of - 100,
    group: seat.group ?? '',
    isSoldWhole: seat.sold_by === 'table',
    isPlace: seat.sold_by === 'number',
  };
}

const FEATURES = { accessible: ACCESSIBLE, restricted_view: RESTRICTED_VIEW, aisle: AISLE };

/** Pack seats into a layout like the server. */
export function packed(seats: readonly Seat[]): Layout {
  const steps = (values: readonly number[]) =>
    values.map((value, index) => value - (values[index - 1] ?? 0));
  const having = (has: (seat: Seat) => boolean | undefined) =>
    steps(seats.flatMap((seat, index) => (has(seat) === true ? index : [])));
  return {
    layout: LAYOUT,
    sections: [...new Set(seats.map(({ section }) => section))],
    runs: seats.map(({ section, row, category, price, seat_number: name, number, ...seat }) => ({
      section: [...new Set(seats.map((seat) => seat.section))].indexOf(section),
      row,
      category,
      price,
      prefix: name.slice(0, name.length - number.length),
      count: 1,
      ...(seat.group === undefined ? {} : { group: seat.group }),
      ...(seat.sold_by === undefined ? {} : { sold_by: seat.sold_by }),
    })),
    ids: steps(seats.map(({ id }) => id)),
    numbers: seats.map(({ number }) => number),
    xs: steps(seats.map(({ x }) => 100 * x)),
    ys: steps(seats.map(({ y }) => 100 * y)),
    accessible: having((seat) => seat.features?.includes('accessible')),
    restricted_view: having((seat) => seat.features?.includes('restricted_view')),
    aisle: having((seat) => seat.features?.includes('aisle')),
    notes: seats.flatMap(({ note }, index) => (note ? { note, seats: [index] } : [])),
    companions: having((seat) => seat.companion_of !== undefined),
    companions_of: seats.flatMap(({ companion_of: id }) => (id === undefined ? [] : id - 100)),
  };
}

export function makeEvent(changes: Partial<EventDetail> = {}): EventDetail {
  return {
    id: 7,
    name: 'The Late Set',
    description: '',
    venue: 'The Copper Room',
    address: '',
    date: '2026-12-18T21:00:00Z',
    ends_at: null,
    time_zone: 'Europe/Berlin',
    price: '50.00',
    price_from: '50.00',
    currency: 'EUR',
    seats_total: 8,
    has_promo_codes: false,
    seats_available: 8,
    sales_open_at: null,
    sales_close_at: null,
    sales: 'open',
    lock_seconds: 300,
    seat_cap: 10,
    purchase_cap: 10,
    payment_seconds: 259_200,
    requires_verified_email: false,
    organisation: null,
    visibility: 'public',
    cancelled_at: null,
    picture: null,
    revision: 0,
    layout: LAYOUT,
    ticket_types: [],
    fees: { each_ticket: '0.00', each_booking: '0.00', tax_percent: null },
    categories: [{ id: 1, name: 'Stalls', color: '#7c3aed', price: '50.00' }],
    payment_methods: [
      { code: 'card', name: 'Card', demo: null },
      { code: 'card_declined', name: 'Another card', demo: null },
      { code: 'invoice', name: 'Invoice', demo: null },
    ],
    companions_held_until: null,
    orphan_rule: 'warn',
    cancel_until: '2026-12-18T21:00:00Z',
    max_extensions: 2,
    hold_seconds: 900,
    plan: { name: 'The Copper Room', width: 140, height: 80, seat_radius: 10, shapes: [] },
    ...changes,
  };
}

export function makeReservation(changes: Partial<Reservation> = {}): Reservation {
  return {
    id: 'K7QF9M2A4XWZ31TB',
    event: 7,
    event_name: 'The Late Set',
    venue: 'The Copper Room',
    address: '',
    date: '2026-12-18T21:00:00Z',
    ends_at: null,
    time_zone: 'Europe/Berlin',
    seats: ['A1'],
    seat_details: [
      {
        seat_id: 100,
        seat_number: 'A1',
        section: 'Stalls',
        row: 'A',
        number: '1',
        price: '50.00',
        ticket_type: '',
        entry: null,
      },
    ],
    total_price: '50.00',
    fees: '0.00',
    tax_percent: null,
    currency: 'EUR',
    channel: 'online',
    buyer_name: '',
    buyer_email: '',
    payment_method: 'card',
    payment_status: 'captured',
    payment_due_at: null,
    paid_at: null,
    cancel_until: '2999-12-18T21:00:00Z',
    status: 'confirmed',
    created_at: '2026-11-21T05:00:00Z',
    cancelled_at: null,
    changed_at: '2026-11-21T05:00:00Z',
    calendar_sequence: 0,
    to_pay_back: null,
    paid_back_at: null,
    ticket_code: 'K7QF9M2A4XWZ31TB-ABCDEFGHIJKLMNOP',
    merged_into: null,
    ...changes,
  };
}

/** A user without second factors. */
export const NO_FACTORS: SecondFactor = {
  totp: null,
  passkeys: [],
  recovery_codes_left: 0,
  passkey_host: 'localhost',
};
