import type { EventDetail, Lock, Seat, TicketType } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { HeldPrice, OwnLock, OwnSeat } from '@/domain/seatMap/state';
import { sumAmounts } from '@/i18n/money';

/** Convert a seat that the server has locked for the user; empty if it is not locked. */
export function ownLockOf(
  {
    id,
    locked_until: until,
    price,
    held_prices: changed = [],
    held_fees: fees = null,
  }: Seat & Partial<Lock>,
  extensionsLeft: number,
): OwnLock[] {
  if (until === null) return [];
  const byType = new Map(changed.map((each) => [each.ticket_type, each.price]));
  const heldPrice = { price, byType, fees };
  return [{ seatId: id, until: Date.parse(until), extensionsLeft, heldPrice }];
}

/** What the seats cost that the user holds, by seat id. */
export function heldPrices(own: ReadonlyMap<number, OwnSeat>): ReadonlyMap<number, HeldPrice> {
  return new Map(
    [...own].flatMap(([seatId, seat]) =>
      seat.kind === 'held' && seat.heldPrice !== null ? [[seatId, seat.heldPrice] as const] : [],
    ),
  );
}

/** The ticket types chosen, by seat id. A seat that is missing is sold at its own price. */
export type ChosenTypes = ReadonlyMap<number, number>;

export interface Ticket {
  readonly facts: SeatFacts;
  /** Null for none. */
  readonly type: TicketType | null;
  readonly price: string;
}

export interface Bill {
  readonly tickets: readonly Ticket[];
  /** What is added to the prices: zero if nothing is. */
  readonly fees: string;
  readonly total: string;
  /** The rate of the tax in the total; null if none is shown. */
  readonly taxPercent: string | null;
}

type Held = ReadonlyMap<number, HeldPrice>;

/** The price of a seat with a ticket type, null for none; undefined if it is not sold for it. */
export function ticketPrice(
  facts: SeatFacts,
  type: TicketType | null,
  held: Held,
): string | undefined {
  const kept = held.get(facts.id);
  if (type === null) return kept?.price ?? facts.price;
  return (
    kept?.byType.get(type.id) ??
    type.prices.find(({ category }) => category === facts.categoryId)?.price
  );
}

/** The bill for seats, as the server computes it. A chosen type that is not sold counts as none. */
export function billOf(
  seats: readonly SeatFacts[],
  chosen: ChosenTypes,
  held: Held,
  { ticket_types: types, fees: current }: Pick<EventDetail, 'fees' | 'ticket_types'>,
): Bill {
  const tickets = seats.map((facts): Ticket => {
    const type = types.find(({ id }) => id === chosen.get(facts.id)) ?? null;
    const price = ticketPrice(facts, type, held);
    return type === null || price === undefined
      ? { facts, type: null, price: ticketPrice(facts, null, held) ?? facts.price }
      : { facts, type, price };
  });
  const paid = tickets.filter(({ price }) => Number(price) > 0);
  const ofSeat = ({ id }: SeatFacts) => held.get(id)?.fees ?? current;
  const kept = seats.filter(({ id }) => (held.get(id)?.fees ?? null) !== null);
  const [first] = kept.toSorted((one, other) => one.id - other.id);
  const ofBooking = first === undefined ? current : ofSeat(first);
  const added = paid.map(({ facts }) => ofSeat(facts).each_ticket);
  if (paid.length > 0) added.push(ofBooking.each_booking);
  const total = sumAmounts([...tickets.map(({ price }) => price), ...added]);
  return { tickets, fees: sumAmounts(added), total, taxPercent: ofBooking.tax_percent };
}
