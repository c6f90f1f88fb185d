import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { makeReservation, makeSeats } from '@/testing/factories';
import { lockedSeat, openSelector, seatButton } from '@/testing/selectorHarness';

const RESERVE = 'post events/7/reserve/';
const EVENT = {
  ticket_types: [{ id: 3, name: 'Child', prices: [{ category: 1, price: '20.00' }] }],
  fees: { each_ticket: '1.50', each_booking: '4.00', tax_percent: '19.00' },
};

async function openBasket(price = '50.00', changed: { ticket_type: number; price: string }[] = []) {
  const lock = { ...lockedSeat(0), price, held_prices: changed };
  const seats = [lock, ...makeSeats(8).slice(1)];
  const scene = await openSelector({ seats, ownLocks: [lock], event: EVENT });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  });
  return { ...scene, basket: within(screen.getByRole('complementary', { name: 'Your seats' })) };
}

function optionsOf(list: HTMLElement) {
  return [...list.querySelectorAll('option')].map((option) => option.textContent);
}

it('sells a seat with the chosen ticket type, and says what fees and tax are in the total', async () => {
  const { server, user, basket } = await openBasket();
  expect(basket.getByText('Total with fees').nextSibling?.textContent).toBe('€55.50');
  const types = basket.getByRole('combobox', { name: 'Ticket for Stalls, row A, seat 1' });
  expect(optionsOf(types)).toEqual(['Standard · €50.00', 'Child · €20.00']);
  await user.selectOptions(types, 'Child · €20.00');
  await user.click(screen.getByRole('button', { name: 'Reserve' }));
  const review = within(await screen.findByRole('dialog', { name: 'Review your seats' }));
  expect(review.getByRole('rowheader', { name: /seat 1 Child/ })).toBeDefined();
  expect(review.getByRole('row', { name: 'Fees €5.50' })).toBeDefined();
  expect(review.getByRole('row', { name: 'Total includes 19 % tax: €4.07 €25.50' })).toBeDefined();
  const reservation = makeReservation();
  server.on(RESERVE, [
    201,
    {
      success: true,
      message: 'Reserved',
      reservation_id: reservation.id,
      reservation,
      mailed_to: '',
    },
  ]);
  await user.click(review.getByRole('button', { name: 'Confirm · €25.50' }));
  await waitFor(() => {
    expect(server.requests.find(({ call }) => call === RESERVE)?.body).toEqual({
      seat_ids: [100],
      ticket_types: { 100: 3 },
      expected_total: '25.50',
      payment_method: 'card',
    });
  });
});

it('shows the prices from when the seat was locked', async () => {
  const { basket } = await openBasket('40.00', [{ ticket_type: 3, price: '15.00' }]);
  const types = await basket.findByRole('combobox', { name: 'Ticket for Stalls, row A, seat 1' });
  await waitFor(() => {
    expect(optionsOf(types)).toEqual(['Standard · €40.00', 'Child · €15.00']);
  });
});
