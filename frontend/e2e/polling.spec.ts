import { expect } from '@playwright/test';

import { demoEvents, pick, seatOn, test } from './fixtures';

test('without sockets the map is live by an event stream, without that it polls, and back @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const bob = await enter('somebody new');
  const { page } = await enter('somebody new');
  const free = await bob.api.freeSeats(club.id, 5, 70);
  const lock = async (place: number) => {
    await bob.api.post(`events/${club.id}/seats/${pick(free, place).id}/lock/`);
    await expect(seatOn(page, pick(free, place))).toHaveAttribute('data-status', 'locked');
  };
  const own = pick(free, 4);
  const blocked = { sockets: true, streams: false };
  const asked: { readonly url: string; readonly status: number }[] = [];
  await page.routeWebSocket('**/ws/**', (socket) => {
    // A silent socket, which is detected later than a refused one.
    if (!blocked.sockets) socket.connectToServer();
  });
  await page.route('**/ws/**', async (route) => {
    // Without an answer, as behind a proxy that buffers the response to its end.
    if (!blocked.streams) await route.continue();
  });
  page.on('response', (answer) => {
    asked.push({ url: answer.url(), status: answer.status() });
  });
  const polls = () => asked.filter(({ url }) => url.includes('/changes/'));
  const networkChanges = () => page.evaluate(() => window.dispatchEvent(new Event('online')));
  const live = page.getByText('Live', { exact: true });

  await page.goto(`/events/${club.id}`);
  await live.waitFor();
  expect(asked.filter(({ url }) => url.includes('/ws/'))).toHaveLength(1);
  await lock(0);
  await seatOn(page, own).click();
  await expect(page.getByRole('button', { name: 'Reserve' })).toBeEnabled();
  expect(polls()).toEqual([]);

  blocked.streams = true;
  await page.reload();
  await page.getByText('Every 3 s', { exact: true }).waitFor();
  await lock(1);
  await expect.poll(() => polls().map(({ status }) => status)).toContain(304);
  await expect(seatOn(page, own)).toHaveAttribute('data-status', 'mine');
  expect(polls()[0]?.url).toMatch(/\/changes\/$/);
  expect(polls()[1]?.url).toMatch(/\/changes\/\?since=\d+&layout=\w+$/);

  blocked.streams = false;
  await networkChanges();
  await live.waitFor();
  await lock(2);

  blocked.sockets = false;
  const stream = page.waitForEvent('requestfailed', (one) => one.url().includes('/ws/'));
  await networkChanges();
  // A frame of the socket ends the stream.
  await stream;
  await lock(3);
  await expect(live).toBeVisible();
  for (const place of [0, 1, 2]) {
    await expect(seatOn(page, pick(free, place))).toHaveAttribute('data-status', 'locked');
  }
  await expect(seatOn(page, own)).toHaveAttribute('data-status', 'mine');
});
