import { expect } from '@playwright/test';

import type { Seat } from '../src/api/types';
import { openLive, test } from './fixtures';
import { openHall, rowOf } from './halls';

test('moving along keeps a party together', async ({ enter }) => {
  const organiser = await enter('somebody new');
  const stalls = {
    size: { width: 800, height: 200 },
    categories: [{ name: 'Stalls', color: '#7c3aed', price: '45.00' }],
    rows: [rowOf('E', 20, 60, 60, 'Stalls'), rowOf('F', 22, 60, 120, 'Stalls')],
  };
  const show = await openHall(organiser.api, stalls, { settings: { orphan_rule: 'warn' } });
  const { page, api } = await enter('somebody new');
  const held = async () =>
    (await api.get<Seat[]>(`events/${show.id}/locks/`)).map((seat) => seat.seat_number).sort();
  const seats = await api.get<Seat[]>(`events/${show.id}/seats/`);
  const ids = seats.filter((seat) => ['F16', 'F17', 'F19'].includes(seat.seat_number));
  await api.post(`events/${show.id}/lock/`, { seat_ids: ids.map(({ id }) => id) });
  await openLive(page, show);
  const card = page.getByRole('region', { name: 'A seat on its own' });
  await expect(card.getByRole('button', { name: /row F, seat 18 too/ })).toBeVisible();
  await card.getByRole('button', { name: /^Move to .*row F, seats 16, 17, 18$/ }).click();
  await expect.poll(held).toEqual(['F16', 'F17', 'F18']);
  await expect(card).toBeHidden();
});
