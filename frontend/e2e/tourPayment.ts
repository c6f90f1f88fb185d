import type { EventSummary } from '../src/api/types';
import { pick, type TourOptions } from './fixtures';

/** A free seat of the club by index, apart from those of the tour. */
const WANTED = 82;

/** Visit the pages of a payment whose bank asks first. */
export async function tourPayment(
  { enter, options, inspect }: TourOptions,
  club: EventSummary,
): Promise<void> {
  const { page, api } = await enter('somebody new', options);
  const { id } = pick(await api.freeSeats(club.id, 1, WANTED));
  await api.post(`events/${club.id}/lock/`, { seat_ids: [id] });
  await api.post(`events/${club.id}/reserve/`, { seat_ids: [id], payment_method: 'card_asking' });
  await page.goto(`/events/${club.id}`);
  await page.locator('.basket__payment').waitFor();
  await inspect(page, 'basket-with-open-payment');
  await page.goto('/reservations');
  await page.locator('.open-payment .button').click();
  await page.locator('.card .button--primary').waitFor();
  await inspect(page, 'payment');
  await page.locator('.card .button--primary').click();
  await page.locator('button[name=approve]').waitFor();
  await inspect(page, 'demo-bank');
  await page.locator('button[name=decline]').click();
  // The bank leads to the site's own address, which may be another name of this host.
  await page.waitForURL(/\/payments\/[0-9a-f]+$/);
  await page.goto(new URL(page.url()).pathname);
  await page.locator('.message').waitFor();
  await inspect(page, 'payment-declined');
}
