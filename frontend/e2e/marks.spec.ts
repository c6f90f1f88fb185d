import { expect } from '@playwright/test';

import type { Seat } from '../src/api/types';
import { openLive, seatOn, test } from './fixtures';
import { type Hall, openHall, rowOf } from './halls';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const front = rowOf('A', 10, 60, 60, 'Seats');
const HALL: Hall = {
  size: { width: 480, height: 420 },
  categories: [
    { name: 'Seats', color: '#7c3aed', price: '45.00' },
    { name: 'Pit', color: '#0e7490', price: '15.00' },
  ],
  rows: [
    {
      ...front,
      seats: front.seats.map((seat, at) => {
        if (at === 0) return { ...seat, features: ['accessible'] };
        return at === 1 ? { ...seat, features: ['companion'], companion_of: 'A-1' } : seat;
      }),
    },
    rowOf('B', 10, 60, 100, 'Seats'),
  ],
  areas: [
    {
      shape: 'rectangle',
      position: { x: 60, y: 160 },
      rotation: 0,
      color: '#0e7490',
      border_color: '#0e7490',
      rectangle: { width: 300, height: 200 },
      standing: { guid: 'pit', capacity: 50, category: 'Pit' },
      text: { position: { x: 150, y: 100 }, size: 16, color: '#ffffff', text: 'Pit' },
    },
  ],
};

test('a standing area takes a click anywhere, and its label leaves it visible', async ({
  enter,
}) => {
  const organiser = await enter('somebody new');
  const show = await openHall(organiser.api, HALL);
  const { page } = await enter('somebody new', PHONE);
  await openLive(page, show);
  const label = page.locator('.standing-button');
  const [box, first, last] = [
    await label.boundingBox(),
    await page.locator('[data-seat="10"]').boundingBox(),
    await page.locator('[data-seat="19"]').boundingBox(),
  ];
  if (box === null || first === null || last === null) throw new Error('They are not on screen');
  const perUnit = (last.x - first.x) / 270;
  expect(box.width * box.height).toBeLessThan(0.4 * 300 * 200 * perUnit ** 2);
  expect(await label.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);

  const corner = {
    x: first.x + first.width / 2 + 12 * perUnit,
    y: first.y + first.height / 2 + 72 * perUnit,
  };
  await page.touchscreen.tap(corner.x, corner.y);
  await expect(page.getByRole('dialog')).toContainText('Pit');
});

test('a companion seat is offered together with its wheelchair place', async ({ enter }) => {
  const organiser = await enter('somebody new');
  const show = await openHall(organiser.api, HALL);
  const { page, api } = await enter('somebody new');
  await openLive(page, show);
  await seatOn(page, { seat_number: 'A2' } as Seat).click();
  await page.getByRole('button', { name: /row A, seats 1, 2 together · €90\.00$/ }).click();
  await expect.poll(async () => (await api.get<Seat[]>(`events/${show.id}/locks/`)).length).toBe(2);
});

test('a promo code tells how many seats it opens, and of how many one may take', async ({
  enter,
}) => {
  const organiser = await enter('somebody new');
  const show = await openHall(organiser.api, HALL);
  const seats = await organiser.api.get<Seat[]>(`events/${show.id}/seats/`);
  const kept = seats.filter(({ row }) => row === 'B').slice(0, 6);
  await organiser.api.post(`events/${show.id}/box-office/allocate/`, {
    seat_ids: kept.map(({ id }) => id),
    kind: 'channel',
    label: 'Friends',
  });
  const [allocation] = await organiser.api.get<{ id: number }[]>(
    `events/${show.id}/box-office/allocations/`,
  );
  await organiser.api.post(`events/${show.id}/box-office/codes/`, {
    allocation: allocation?.id,
    promo_code: 'FRIENDS4',
    max_seats: 4,
  });
  const { page } = await enter('somebody new');
  await page.goto(`/events/${show.id}?code=FRIENDS4`);
  await expect(page.getByText(/^6 more seats are open .* You can take 4 of them\.$/)).toBeVisible();
});
