import { expect, type Page } from '@playwright/test';

import { demoEvents, ONLY_CHROMIUM, openLive, seatOn, test } from './fixtures';
import { figure } from './organising';

interface Stored {
  readonly revenue: string;
  readonly tickets: number;
  readonly holds: { readonly begun: number; readonly reserved: number };
}

test(
  'an organiser watches figures that equal the database while a buyer holds, books and cancels',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const organiser = await enter('admin', { viewport: { width: 1440, height: 900 } });
    const buyer = await enter('somebody new');
    const [seat] = await buyer.api.freeSeats(club.id, 1, 70);
    if (seat === undefined) throw new Error('A seat is needed');
    const { page } = organiser;
    const stored = () => organiser.api.get<Stored>(`events/${club.id}/figures/`);
    await page.goto(`/organise/${club.id}`);
    await expect(figure(page, 'Revenue')).toHaveText(/\d/);
    const before = await stored();

    await openLive(buyer.page, club);
    await seatOn(buyer.page, seat).click();
    await expect(seatOn(buyer.page, seat)).toHaveAccessibleName(/held by you/);
    await expect.poll(() => begun(page)).toBeGreaterThan(before.holds.begun);
    await buyer.api.post(`events/${club.id}/reserve/`, {
      seat_ids: [seat.id],
      payment_method: 'card',
    });
    await expect.poll(async () => (await stored()).holds.reserved).toBe(before.holds.reserved + 1);
    await expectEqual(page, stored);
    await page.getByText('As a table').click();
    const { revenue } = await stored();
    await expect(
      page.getByRole('table', { name: 'Course of the sale' }).getByRole('cell').last(),
    ).toHaveText(new RegExp(escaped(amountIn(revenue))));

    const [booking] = await buyer.api.get<{ id: string }[]>('reservations/');
    await buyer.api.post(`reservations/${booking?.id ?? ''}/cancel/`);
    await expect.poll(async () => (await stored()).revenue).toBe(before.revenue);
    await expectEqual(page, stored);
  },
);

/** Expect the page to show the money that the database has, also while other tests book. */
async function expectEqual(page: Page, stored: () => Promise<Stored>): Promise<void> {
  await expect(async () => {
    const { revenue } = await stored();
    const shown = await figure(page, 'Revenue').innerText();
    expect(shown.split('\n')[0]).toContain(amountIn(revenue));
  }).toPass();
}

/** An amount as the page has it, in English. */
function amountIn(amount: string): string {
  return Number(amount).toLocaleString('en', { minimumFractionDigits: 2 });
}

function escaped(text: string): string {
  return text.replace('.', '\\.');
}

/** The holds that began, of the whole sale. */
async function begun(page: Page): Promise<number> {
  const row = page.getByRole('table', { name: 'Holds' }).getByRole('row', { name: /^Begun/ });
  const text = await row.getByRole('cell').last().innerText();
  return Number(text.replaceAll(',', ''));
}
