import { expect } from '@playwright/test';

import { demoEvents, pick, seatOn, test } from './fixtures';

test('the map polls while no socket works, and then uses a socket', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const bob = await enter('somebody new');
  const { page } = await enter('somebody new');
  const free = await bob.api.freeSeats(club.id, 3, 70);
  const [taken, own, later] = [pick(free), pick(free, 1), pick(free, 2)];
  let isBlocked = true;
  const questions: { readonly url: string; readonly status: number }[] = [];
  await page.routeWebSocket('**/ws/**', (socket) => {
    // A silent socket, which is detected later than a refused one.
    if (!isBlocked) socket.connectToServer();
  });
  page.on('response', (answer) => {
    const url = answer.url();
    if (url.includes('/changes/')) questions.push({ url, status: answer.status() });
  });

  await page.goto(`/events/${club.id}`);
  await page.getByText('Every 3 s', { exact: true }).waitFor();
  await expect(seatOn(page, taken)).toHaveAttribute('data-status', 'available');
  await bob.api.post(`events/${club.id}/seats/${taken.id}/lock/`);
  await expect(seatOn(page, taken)).toHaveAttribute('data-status', 'locked');
  await seatOn(page, own).click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();
  await expect.poll(() => questions.map(({ status }) => status)).toContain(304);
  await expect(seatOn(page, own)).toHaveAttribute('data-status', 'mine');
  expect(questions[0]?.url).toMatch(/\/changes\/$/);
  expect(questions[1]?.url).toMatch(/\/changes\/\?since=\d+&layout=\w+$/);

  isBlocked = false;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.getByText('Live', { exact: true }).waitFor();
  await bob.api.post(`events/${club.id}/seats/${later.id}/lock/`);
  await expect(seatOn(page, later)).toHaveAttribute('data-status', 'locked');
  await expect(seatOn(page, taken)).toHaveAttribute('data-status', 'locked');
  await expect(seatOn(page, own)).toHaveAttribute('data-status', 'mine');
});
