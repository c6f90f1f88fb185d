import { expect } from '@playwright/test';

import type { Reservation } from '../src/api/types';
import { demoEvents, ONLY_CHROMIUM, openLive, pick, seatOn, seatWords, test } from './fixtures';

test(
  'a booking is moved while its buyer watches, and the ticket of the old seat is refused',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const buyer = await enter('somebody new');
    const [old, wanted] = await buyer.api.freeSeats(club.id, 2, 70);
    if (old === undefined || wanted === undefined) throw new Error('No free seats');
    await buyer.api.post(`events/${club.id}/lock/`, { seat_ids: [old.id] });
    await buyer.api.post(`events/${club.id}/reserve/`, {
      seat_ids: [old.id],
      payment_method: 'card',
    });
    const booking = pick(await buyer.api.get<Reservation[]>('reservations/'));
    await openLive(buyer.page, club);
    await expect(seatOn(buyer.page, old)).toHaveAttribute('data-status', 'reserved');

    const { page: seller } = await enter('admin');
    await seller.goto(`/organise/events/${club.id}/bookings`);
    await seller.getByRole('searchbox', { name: 'Find bookings' }).fill(buyer.name.slice(0, 12));
    await seller.getByRole('button', { name: `Open booking ${booking.id}` }).click();
    await seller.getByRole('button', { name: 'Move seats' }).click();
    await seller.getByRole('textbox', { name: 'Seat' }).fill(wanted.seat_number);
    await seller.getByRole('button', { name: 'Choose', exact: true }).click();
    await seller.getByText('There is no difference in price.').waitFor();
    await seller.getByRole('button', { name: 'Move seats' }).click();

    await expect(seatOn(buyer.page, wanted)).toHaveAttribute('data-status', 'reserved');
    await expect(seatOn(buyer.page, old)).toHaveAttribute('data-status', 'available');
    await buyer.page.goto('/reservations');
    await expect(
      buyer.page
        .getByRole('listitem')
        .filter({ hasText: seatWords(wanted) })
        .first(),
    ).toBeVisible();

    await seller.goto(`/tickets/${booking.ticket_code}.${old.id}`);
    await expect(seller.getByRole('heading', { name: 'Seat given up' })).toBeVisible();
    await seller.goto(`/tickets/${booking.ticket_code}.${wanted.id}`);
    await expect(seller.getByRole('button', { name: /^Admit/ })).toBeVisible();
  },
);
