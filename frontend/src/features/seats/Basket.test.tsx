import { expect, it } from 'vitest';
import { screen, waitFor } from '@testing-library/react';

import { makeSeat, makeSeats } from '@/testing/factories';
import { basket, lockedSeat, openHolding, openSelector, released } from '@/testing/selectorHarness';

const later = (seconds: number) => Date.now() + seconds * 1_000;

it('counts down to the first deadline and says that others end later', async () => {
  await openHolding(lockedSeat(0, later(100)), lockedSeat(1, later(290)));
  expect(basket().getAllByText(/^\d:\d\d$/)).toHaveLength(1);
  expect(basket().getByText(/^1:\d\d$/)).toBeDefined();
  expect(basket().getByText(/The first of them held for/)).toBeDefined();
});

it('says that all seats are held equally long if they are', async () => {
  await openHolding(lockedSeat(0, later(200)), lockedSeat(1, later(202)));
  expect(basket().getByText(/Held for/)).toBeDefined();
});

it('adds up each category if there are several', async () => {
  const held = [0, 1, 2].map((index) => ({
    ...lockedSeat(index),
    ...(index === 2 && { category: 2, price: '35.00' }),
  }));
  const seats = makeSeats(8).map((seat) => held.find(({ id }) => id === seat.id) ?? seat);
  await openSelector({
    seats,
    ownLocks: held,
    event: {
      categories: [
        { id: 1, name: 'Stalls', color: '#7c3aed', price: '50.00' },
        { id: 2, name: 'Circle', color: '#0e7490', price: '35.00' },
      ],
    },
  });
  await waitFor(() => {
    expect(
      basket()
        .getAllByRole('term')
        .map((term) => [term.textContent, term.nextSibling?.textContent]),
    ).toEqual([
      ['Stalls, 2 seats', '€100.00'],
      ['Circle, 1 seat', '€35.00'],
    ]);
  });
  expect(basket().getByText('€135.00')).toBeDefined();
});

it('shows only the total for one category', async () => {
  await openHolding(lockedSeat(0), lockedSeat(1));
  expect(basket().queryAllByRole('term')).toEqual([]);
  expect(makeSeat(0).category).toBe(makeSeat(1).category);
});

it.each(['Release Stalls, row A, seat 1', 'Release all'])(
  'has the focus after “%s”',
  async (name) => {
    const { server, user } = await openHolding(lockedSeat(0));
    server.on('post events/7/unlock/', released(makeSeat(0)));
    await user.click(basket().getByRole('button', { name }));
    await waitFor(() => {
      expect(basket().queryByRole('button', { name: 'Release Stalls, row A, seat 1' })).toBeNull();
    });
    expect(document.activeElement).toBe(screen.getByRole('complementary', { name: 'Your seats' }));
  },
);
