import { expect, type Page } from '@playwright/test';

import type { EventSummary } from '../src/api/types';
import { openLive, test } from './fixtures';
import { openHall, rowOf } from './halls';

/** Filled with seats up to its corners, in both directions. */
function hallOf(rows: number, columns: number) {
  return {
    size: { width: 30 * columns + 60, height: 30 * rows + 60 },
    categories: [{ name: 'Desk', color: '#0e7490', price: '15.00' }],
    rows: Array.from({ length: rows }, (_, at) =>
      rowOf(`R${at + 1}-`, columns, 30, 30 + 30 * at, 'Desk'),
    ),
  };
}

test('controls lie over no seat of the whole map, and over none that cannot be dragged away', async ({
  enter,
}) => {
  const organiser = await enter('somebody new');
  const halls = [
    await openHall(organiser.api, hallOf(20, 20)),
    await openHall(organiser.api, hallOf(10, 40)),
  ];
  const { page } = await enter('somebody new');
  for (const [width, height] of [
    [1280, 800],
    [640, 400],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const hall of halls) {
      await openLive(page, hall);
      expect(await coveredSeats(page)).toEqual([]);
    }
  }
});

test('the map as a whole can be dragged, and a seat below the overview dragged out', async ({
  enter,
}) => {
  const organiser = await enter('somebody new');
  const hall = await openHall(organiser.api, hallOf(20, 20));
  const { page } = await enter('somebody new', { viewport: { width: 1280, height: 800 } });
  await openLive(page, hall);
  const left = async () =>
    Math.round((await page.locator('[data-seat="380"]').boundingBox())?.x ?? NaN);
  const before = await left();
  await drag(page, -60, 0);
  await expect.poll(left).toBe(before - 60);

  await zoomIn(page, hall);
  await drag(page, 900, -900);
  await expect(page.locator('.minimap')).toBeVisible();
  await expect.poll(async () => (await coveredSeats(page)).includes(380)).toBe(false);
  await drag(page, -900, 900);
  await expect.poll(async () => (await coveredSeats(page)).includes(19)).toBe(false);
});

async function zoomIn(page: Page, { id }: Pick<EventSummary, 'id'>): Promise<void> {
  await page.goto(`/events/${id}`);
  await page.locator('[data-seat]').first().waitFor();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Zoom in' }).click();
}

/** Drag the map by this much. */
async function drag(page: Page, dx: number, dy: number): Promise<void> {
  const box = await page.locator('.map__frame').boundingBox();
  if (box === null) throw new Error('There is no map');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
}

/** The indexes of the seats on screen whose middle is below a control. */
function coveredSeats(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-seat]')].flatMap((seat) => {
      const { x, y, width, height } = seat.getBoundingClientRect();
      const found = document.elementFromPoint(x + width / 2, y + height / 2);
      return found?.closest('.zoom, .minimap') == null ? [] : Number(seat.dataset['seat']);
    }),
  );
}
