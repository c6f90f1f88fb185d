import { describe, expect, it } from 'vitest';

import type { TicketType } from '@/api/types';
import type { HeldPrice } from '@/domain/seatMap/state';
import { billOf } from '@/domain/tickets';
import { factsOf, makeSeat } from '@/testing/factories';

const STALLS = 1;
const CHILD: TicketType = { id: 7, name: 'Child', prices: [{ category: STALLS, price: '20.00' }] };
const FREE: TicketType = { id: 8, name: 'Baby', prices: [{ category: STALLS, price: '0.00' }] };
const FEES = { each_ticket: '1.50', each_booking: '4.00', tax_percent: '19.00' };
const EVENT = { ticket_types: [CHILD, FREE], fees: FEES };
const NONE = new Map<number, HeldPrice>();

function seats(...categories: (number | null)[]) {
  return categories.map((category, index) =>
    factsOf(makeSeat(index, { id: index + 1, category, price: '50.00' }), index),
  );
}

describe('the bill', () => {
  it('adds fees for each ticket and once for the booking', () => {
    const bill = billOf(seats(STALLS, STALLS), new Map([[2, CHILD.id]]), NONE, EVENT);
    expect(bill.tickets.map(({ price, type }) => [price, type?.name])).toEqual([
      ['50.00', undefined],
      ['20.00', 'Child'],
    ]);
    expect(bill).toMatchObject({ fees: '7.00', total: '77.00' });
  });

  it('has no fees for what is free', () => {
    const bill = billOf(seats(STALLS), new Map([[1, FREE.id]]), NONE, EVENT);
    expect(bill).toMatchObject({ fees: '0.00', total: '0.00' });
  });

  it('sells a seat at its own price if the type is not sold in its category', () => {
    const bill = billOf(seats(null), new Map([[1, CHILD.id]]), NONE, EVENT);
    expect(bill.tickets[0]).toMatchObject({ type: null, price: '50.00' });
  });

  it('keeps the prices from when the seat was locked', () => {
    const kept = { price: '40.00', byType: new Map([[CHILD.id, '15.00']]), fees: null };
    const held = new Map([[1, kept]]);
    expect(billOf(seats(STALLS), new Map(), held, EVENT).total).toBe('45.50');
    expect(billOf(seats(STALLS), new Map([[1, CHILD.id]]), held, EVENT).total).toBe('20.50');
  });

  it('keeps the fees and the tax from when the seat was locked, of the booking for its first', () => {
    const kept = (ticket: string, booking: string, tax: string): HeldPrice => ({
      price: '50.00',
      byType: new Map(),
      fees: { each_ticket: ticket, each_booking: booking, tax_percent: tax },
    });
    const held = new Map([
      [3, kept('5.00', '9.00', '7.00')],
      [2, kept('1.00', '2.00', '16.00')],
    ]);
    const [one, two, three] = seats(STALLS, STALLS, STALLS);
    if (one === undefined || two === undefined || three === undefined) throw new Error('No seats');
    const bill = billOf([one, three, two], new Map(), held, EVENT);
    expect(bill).toMatchObject({ fees: '9.50', total: '159.50', taxPercent: '16.00' });
  });
});
