import { render, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import { standingAreasOf } from '@/domain/seatMap/standing';
import { StandingButtons } from '@/features/seats/map/StandingButtons';
import { factsOf, makeEvent, makeSeat, makeSeats } from '@/testing/factories';
import { basket, lockedSeat, openSelector } from '@/testing/selectorHarness';

const LOCK = 'post events/7/areas/east/lock/';
const EAST = { group: 'east', sold_by: 'number', section: 'East' } as const;

/** Open a hall whose last four seats are places of a standing area. */
function openStanding() {
  const seats = makeSeats(8).map((seat, index) => (index < 4 ? seat : { ...seat, ...EAST }));
  return openSelector({ seats });
}

it('holds as many places of a standing area as wanted', async () => {
  const { server, user } = await openStanding();
  await user.click(await screen.findByRole('button', { name: 'East 4 of 4 left €50' }));
  const card = within(await screen.findByRole('dialog', { name: 'East' }));
  expect(card.getByRole('group', { name: 'How many places?' }).textContent).toContain('1');
  await user.click(card.getByRole('button', { name: 'One place more' }));
  await user.click(card.getByRole('button', { name: 'One place more' }));
  const seats = [4, 5, 6].map((index) => ({ ...lockedSeat(index), ...EAST }));
  server.on(LOCK, [200, { success: true, message: 'Locked', seats }]);
  await user.click(card.getByRole('button', { name: 'Hold 3 places' }));
  expect(server.lastBody(LOCK)).toEqual({ count: 3 });
  expect(basket().getByText('3 seats')).toBeDefined();
  expect(screen.getByRole('button', { name: 'East 1 of 4 left €50' })).toBeDefined();
});

it('says how many places are left when they are too few', async () => {
  const { server, user } = await openStanding();
  await user.click(await screen.findByRole('button', { name: /^East/ }));
  const card = within(await screen.findByRole('dialog', { name: 'East' }));
  server.on(LOCK, [409, { error: 'Only 1 place is left there.', code: 'area_full', left: 1 }]);
  await user.click(card.getByRole('button', { name: 'One place more' }));
  await user.click(card.getByRole('button', { name: 'Hold 2 places' }));
  expect(await card.findByText('Only 1 place is left there.')).toBeDefined();
});

it('has no seat buttons for places', async () => {
  await openStanding();
  expect(screen.queryByRole('button', { name: /^Seat B1/ })).toBeNull();
});

it.each([
  ['below', 0, '1'],
  ['above', 100, '-1'],
  ['as without labels', null, '0'],
])('moves an area %s the middle of the plan away from it', (_, middleY, outward) => {
  const facts = [factsOf(makeSeat(0, { ...EAST, y: 50 }), 0)];
  render(
    <StandingButtons
      areas={standingAreasOf(facts)}
      seats={[]}
      counts={null}
      event={makeEvent()}
      middleY={middleY}
      onStand={vi.fn()}
    />,
  );
  expect(screen.getByRole('button').style.getPropertyValue('--outward')).toBe(outward);
});
