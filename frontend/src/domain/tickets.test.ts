import { describe, expect, it } from 'vitest';

import type { TicketType } from '@/api/types';
import { billOf, type HeldPrice } from '@/domain/tickets';
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
    const held = new Map([[1, { price: '40.00', byType: new Map([[CHILD.id, '15.00']]) }]]);
    expect(billOf(seats(STALLS), new Map(), held, EVENT).total).toBe('45.50');
    expect(billOf(seats(STALLS), new Map([[1, CHILD.id]]), held, EVENT).total).toBe('20.50');
  });
});
