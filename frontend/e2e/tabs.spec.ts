import { expect, type Page, type Request } from '@playwright/test';

import { DEMO_PASSWORD, demoEvents, openLive, seatOn, seatWords, test } from './fixtures';

test('two tabs of one user agree at once @thorough', async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page: one, api } = await enter('somebody new');
  const other = await one.context().newPage();
  const [first, second] = await api.freeSeats(club.id, 2, 100);
  if (first === undefined || second === undefined) throw new Error('Two seats are needed');
  await openLive(one, club);
  await openLive(other, club);

  await seatOn(one, first).click();
  await expect(seatOn(other, first)).toHaveAttribute('data-status', 'mine');
  await seatOn(other, second).click();
  await expect(seatOn(one, second)).toHaveAttribute('data-status', 'mine');
  for (const tab of [one, other]) {
    await expect(tab.getByRole('heading', { name: '2 seats' })).toBeVisible();
  }
  await seatOn(other, first).click();
  await expect(seatOn(one, first)).toHaveAttribute('data-status', 'available');

  await other.goto('/reservations');
  await expect(other.getByText('No reservations yet')).toBeVisible();
  await one.getByRole('button', { name: 'Reserve' }).click();
  await one.getByRole('button', { name: /^Confirm/ }).click();
  await expect(one.getByRole('dialog', { name: 'Reservation confirmed!' })).toBeVisible();
  await expect(other.getByText(seatWords(second))).toBeVisible();
});

test('signing out in one tab signs out the others @thorough', async ({ enter }) => {
  const { page: one, name } = await enter('somebody new');
  const other = await one.context().newPage();
  await one.goto('/reservations');
  await other.goto('/');
  await expect(one.getByText(`Signed in as ${name}`)).toBeVisible();
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(one).toHaveURL(/\/sign-in\?next=%2Freservations$/);

  await one.getByLabel('Username').fill('carol');
  await one.getByLabel('Password').fill(DEMO_PASSWORD);
  await one.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByText('Signed in as carol')).toBeVisible();
});

test('without sockets eight tabs share one event stream, and pass it on @thorough', async ({
  enter,
  request,
}) => {
  const { club } = await demoEvents(request);
  const bob = await enter('somebody new');
  const { page: first } = await enter('somebody new');
  const context = first.context();
  const streams = new Map<Request, Page>();
  context.on('request', (one) => {
    if (one.url().includes('/ws/')) streams.set(one, one.frame().page());
  });
  context.on('requestfailed', (one) => streams.delete(one));
  const leaders = () => [...streams.values()].filter((tab) => !tab.isClosed());
  // A silent socket, as behind a proxy that lets none through.
  await context.routeWebSocket('**/ws/**', () => undefined);
  const tabs = [first];
  while (tabs.length < 8) tabs.push(await context.newPage());
  await Promise.all(
    tabs.map(async (tab) => {
      await tab.goto(`/events/${club.id}`);
      await tab.getByText('Live', { exact: true }).waitFor();
    }),
  );
  expect(leaders()).toHaveLength(1);

  const free = await bob.api.freeSeats(club.id, 3, 60);
  for (const seat of free) {
    await bob.api.post(`events/${club.id}/seats/${seat.id}/lock/`);
    for (const tab of tabs) {
      await expect(seatOn(tab, seat)).toHaveAttribute('data-status', 'locked');
    }
    const [leader] = leaders();
    expect(leaders()).toHaveLength(1);
    await leader?.close();
    tabs.splice(
      tabs.findIndex((tab) => tab === leader),
      1,
    );
  }
  expect(tabs).toHaveLength(5);
});
