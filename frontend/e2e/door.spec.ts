import { expect, type Page } from '@playwright/test';

import type { Reservation } from '../src/api/types';
import { scan, setUpDoor } from './doors';
import { demoEvents, ONLY_CHROMIUM, test, workerIsReady } from './fixtures';

const PHONE = { viewport: { width: 390, height: 844 }, serviceWorkers: 'allow' } as const;

test(
  'a door admits a ticket once, also without a network, and other doors know',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const alice = await enter('somebody new');
    const seats = await alice.api.freeSeats(club.id, 2, 60);
    const seatIds = seats.map(({ id }) => id);
    await alice.api.post(`events/${club.id}/lock/`, { seat_ids: seatIds });
    await alice.api.post(`events/${club.id}/reserve/`, {
      seat_ids: seatIds,
      payment_method: 'card',
    });
    const [newest] = await alice.api.get<Reservation[]>('reservations/');
    const booked = await alice.api.get<Reservation>(`reservations/${newest?.id ?? ''}/`);
    const ticket = booked.signed_ticket ?? '';

    const north = await enter('admin', PHONE);
    await north.page.goto('/door');
    await north.page.getByRole('link', { name: club.name }).click();
    await setUpDoor(north.page, 'North');
    await workerIsReady(north.page);
    // The page was loaded before the worker was: now it passes through it.
    await north.page.reload();
    await expect(north.page.getByText('Online')).toBeVisible();

    await north.page.context().setOffline(true);
    await north.page.reload();
    await expect(north.page.getByText(/^No network/)).toBeVisible();
    await scan(north.page, ticket);
    await north.page.getByRole('button', { name: 'Admit 2 people' }).click();
    await expect(verdict(north.page, 'Welcome: 2 people')).toBeVisible();
    await scan(north.page, ticket);
    await expect(verdict(north.page, 'Entered already')).toBeVisible();
    await scan(north.page, ticket.replace('.2P.', '.9P.'));
    await expect(verdict(north.page, 'Forged')).toBeVisible();
    // What was scanned survives the page.
    await north.page.reload();
    await expect(north.page.getByText(/scans to be sent$/)).toBeVisible();

    const south = await enter('admin', { viewport: PHONE.viewport });
    await south.page.goto(`/door/${club.id}`);
    await setUpDoor(south.page, 'South');
    await north.page.context().setOffline(false);
    await expect(north.page.getByText('Online', { exact: true })).toBeVisible();
    await expect(south.page.getByText(/^2 of /)).toBeVisible();
    await scan(south.page, booked.ticket_code);
    await expect(verdict(south.page, 'Entered already')).toBeVisible();
    await expect(south.page.getByText(/North/)).toBeVisible();

    await south.page.goto(`/organise/events/${club.id}/doors`);
    await expect(south.page.getByText('Nothing: all doors agree with the bookings.')).toBeVisible();
    const device = south.page.getByRole('listitem').filter({ hasText: 'North' }).first();
    await device.getByRole('button', { name: 'Block' }).click();
    await south.page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click();
    await expect(device.getByText('Blocked')).toBeVisible();
    await expect(north.page.getByRole('heading', { name: 'This device is blocked' })).toBeVisible();
    await south.api.post(`reservations/${booked.id}/cancel/`);
  },
);

function verdict(page: Page, title: string) {
  return page.getByRole('heading', { name: title });
}
