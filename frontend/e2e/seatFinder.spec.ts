import { expect } from '@playwright/test';

import { demoEvents, pick, seatOn, test, openLive } from './fixtures';

test('the seat finder holds seats for a group and shows them on the map', async ({
  enter,
  request,
}) => {
  const { theatre } = await demoEvents(request);
  const { page } = await enter('somebody new');
  await openLive(page, theatre);
  await page.getByRole('button', { name: 'Find seats' }).click();
  const dialog = page.getByRole('dialog', { name: 'Find seats together' });
  for (let more = 0; more < 2; more++) {
    await dialog.getByRole('button', { name: 'One seat more' }).click();
  }
  await dialog.getByRole('radio', { name: 'The best price' }).check();
  await dialog.getByRole('button', { name: 'Find 4 seats together' }).click();
  await expect(dialog).toBeHidden();
  const basket = page.getByRole('complementary', { name: 'Your seats' });
  await expect(basket.getByRole('heading', { name: '4 seats' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Seat .*held by you$/ })).toHaveCount(4);
  await expect(page.getByRole('button', { name: 'Zoom out' })).toBeEnabled();
});

test('the list picks seats like the map and is live for everybody @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const ben = await enter('somebody new');
  // Last, since keys go to the page in front.
  const anna = await enter('somebody new');
  const seat = pick(await anna.api.freeSeats(club.id, 1, 100));
  await ben.page.goto(`/events/${club.id}?view=list`);
  await expect(seatOn(ben.page, seat)).toHaveAccessibleName(/available$/);
  await openLive(anna.page, club);
  await anna.page.keyboard.press('l');
  await expect(anna.page).toHaveURL(/\?view=list$/);
  await seatOn(anna.page, seat).press('Enter');
  await expect(seatOn(anna.page, seat)).toHaveAccessibleName(/held by you$/);
  await expect(seatOn(ben.page, seat)).toHaveAccessibleName(/locked by/);
  await anna.page.reload();
  await expect(seatOn(anna.page, seat)).toHaveAttribute('aria-pressed', 'true');
});

test('an orphan seat is warned about and added @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('somebody new');
  const seats = await api.freeSeats(club.id, 108);
  const row = seats.filter(({ row: name }) => name === seats.at(-1)?.row).slice(0, 2);
  await openLive(page, club);
  await seatOn(page, pick(row, 1)).click();
  const orphanPrompt = page.getByRole('region', { name: 'A seat on its own' });
  await orphanPrompt.getByRole('button', { name: / too · / }).click();
  await expect(seatOn(page, pick(row))).toHaveAccessibleName(/held by you$/);
  await expect(orphanPrompt).toBeHidden();
});

test('a dialog restores the focus @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page, api } = await enter('anonymous');
  const seat = seatOn(page, pick(await api.freeSeats(club.id, 1)));
  await page.goto(`/events/${club.id}?view=list`);
  await seat.press('Enter');
  await expect(
    page.getByRole('dialog', { name: 'Sign in, or buy without an account' }),
  ).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(seat).toBeFocused();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(seat).toBeFocused();
});
