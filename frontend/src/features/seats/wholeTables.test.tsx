import { expect, it } from 'vitest';

import type { Lock } from '@/api/types';
import { makeSeat, makeSeats } from '@/testing/factories';
import { lockedSeat, openSelector, released, seatButton } from '@/testing/selectorHarness';

const LOCK = 'post events/7/lock/';
const UNLOCK = 'post events/7/unlock/';
const TABLE = { group: 't1', sold_by: 'table' } as const;
const IDS = [100, 101, 102];

/** Open a hall whose first three seats are a table that is sold as a whole. */
function openTable(held: Lock[] = []) {
  const seats = makeSeats(8).map((seat, index) => (index < 3 ? { ...seat, ...TABLE } : seat));
  return openSelector({ seats: seats.map((seat, index) => held[index] ?? seat), ownLocks: held });
}

const statuses = () =>
  ['A1', 'A2', 'A3', 'A4'].map((name) => seatButton(name).getAttribute('data-status'));

it('takes the whole table by a click on one of its chairs, and lets go of it by another', async () => {
  const { server, user } = await openTable();
  const seats = [0, 1, 2].map((index) => ({ ...lockedSeat(index), ...TABLE }));
  server.on(LOCK, [200, { success: true, message: 'Locked', seats }]);
  await user.click(seatButton('A2'));
  expect(statuses()).toEqual(['mine', 'mine', 'mine', 'available']);
  expect(server.lastBody(LOCK)).toEqual({ seat_ids: IDS });

  server.on(UNLOCK, released(...[0, 1, 2].map((index) => makeSeat(index))));
  await user.click(seatButton('A3'));
  expect(statuses()).toEqual(['available', 'available', 'available', 'available']);
  expect(server.lastBody(UNLOCK)).toEqual({ seat_ids: IDS });
});

it('lets go of a held table without a chair that a new plan has put to it', async () => {
  const held = [0, 1].map((index) => ({ ...lockedSeat(index), ...TABLE }));
  const { server, user } = await openTable(held);
  server.on(UNLOCK, released(...[0, 1].map((index) => makeSeat(index))));
  await user.click(seatButton('A2'));
  expect(server.lastBody(UNLOCK)).toEqual({ seat_ids: IDS.slice(0, 2) });
});

it('says that a seat is sold with its table', async () => {
  await openTable();
  expect(seatButton('A1').getAttribute('aria-label')).toBe(
    'Seat A1, Stalls, 50.00 EUR, sold with its whole table, available',
  );
});
