import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect, type Page } from '@playwright/test';

import type { EventSummary } from '../src/api/types';
import { type Inspect, type Person, pick } from './fixtures';
import { figure } from './organising';

const ROOT = resolve(import.meta.dirname, '../..');

/** The live bookings of an event; amounts in cents. */
export interface Sums {
  readonly bookings: number;
  readonly tickets: number;
  readonly totalCents: number;
  readonly feesCents: number;
}

/** Read the sums of the live console, the history page, the report and the exported files. */
export async function sumUp(
  { page, api }: Person,
  event: EventSummary,
  inspect: Inspect,
): Promise<Record<string, Sums>> {
  await page.goto(`/organise/${event.id}`);
  await expect(figure(page, 'Revenue')).toHaveText(/\d/);
  await inspect(page, 'evening-console');
  const shownRevenue = await figure(page, 'Revenue').innerText();
  const shownTickets = await figure(page, 'Sold').innerText();
  const figures = await api.get<Amounts & { revenue: string }>(`events/${event.id}/figures/`);

  await page.getByRole('link', { name: 'History and reports' }).click();
  const methods = page.getByRole('region', { name: 'By place of sale and payment' });
  await expect(methods).toBeVisible();
  await inspect(page, 'evening-history');
  const [bookings = '', tickets = '', fees = '', , total = ''] = await methods
    .locator('tfoot td')
    .allInnerTexts();
  const days = await page
    .getByRole('region', { name: 'By day' })
    .locator('tfoot td')
    .allInnerTexts();
  const hall = await page.getByRole('img', { name: /^Plan of/ }).getAttribute('aria-label');
  const settlements = await downloaded(page, 'Settlements as CSV');
  // The difference of the move, two sales for cash, and what was paid back of one.
  expect(settlements.map((row) => cents(row['amount']))).toEqual([1520, 2580, 2580, -2580]);
  const paidBack = page.getByRole('region', { name: 'Paid back at the box office' });
  await expect(paidBack.locator('tfoot td').last()).toHaveText('€25.80');

  const exported = (await downloaded(page, 'Bookings as CSV')).filter(isLive);
  expect(exported.map((row) => `${row['payment_method']} ${row['payment_status']}`)).toEqual([
    'card captured',
    'cash ',
    'comp ',
  ]);
  const seats = (await downloaded(page, 'Tickets as CSV')).filter(isLive);
  const { total: reported } = await api.get<{ total: Amounts & { total: string } }>(
    `events/${event.id}/reports/`,
  );
  const feesCents = cents(figures.fees);
  return {
    console: {
      bookings: figures.bookings,
      tickets: Number(pick(shownTickets.split('\n'))),
      totalCents: cents(pick(shownRevenue.split('\n'))),
      feesCents,
    },
    figures: sumsOf(figures, figures.revenue),
    report: sumsOf(reported, reported.total),
    history: {
      bookings: Number(bookings),
      tickets: Number(tickets),
      totalCents: cents(total),
      feesCents: cents(fees),
    },
    days: {
      bookings: reported.bookings,
      tickets: Number(/Sold: (\d+)/.exec(hall ?? '')?.[1]),
      totalCents: cents(days.at(-1)),
      feesCents,
    },
    bookingsFile: {
      bookings: exported.length,
      tickets: sum(exported.map((row) => Number(row['tickets']))),
      totalCents: sum(exported.map((row) => cents(row['total']))),
      feesCents: sum(exported.map((row) => cents(row['fees']))),
    },
    ticketsFile: {
      bookings: new Set(seats.map((row) => row['booking'])).size,
      tickets: seats.length,
      totalCents: sum(seats.map((row) => cents(row['price']))) + feesCents,
      feesCents,
    },
  };
}

interface Amounts {
  readonly bookings: number;
  readonly tickets: number;
  readonly fees: string;
}

function sumsOf({ bookings, tickets, fees }: Amounts, total: string): Sums {
  return { bookings, tickets, totalCents: cents(total), feesCents: cents(fees) };
}

type Row = Readonly<Record<string, string>>;

function isLive(row: Row): boolean {
  return row['status'] === 'confirmed';
}

/** The rows of a file that a button saves. No cell of these has a quotation mark or comma. */
async function downloaded(page: Page, button: string): Promise<Row[]> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const text = (await readFile(await (await download).path(), 'utf8')).replaceAll('"', '');
  const [head = '', ...lines] = text.replace('\uFEFF', '').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, place) => [name, cells[place] ?? '']));
  });
}

function cents(amount: string | undefined): number {
  return Math.round(100 * Number((amount ?? '').replace(/[^\d.-]/g, '')));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The sums of the live bookings by the database. */
export async function storedSums(eventId: number): Promise<Sums> {
  const query = `
    SELECT count(*), sum(total_price), sum(fees), (
      SELECT count(*) FROM reservations_reservationseat AS seat
      JOIN reservations_reservation AS live ON live.id = seat.reservation_id
      WHERE live.event_id = ${eventId} AND live.status = 'confirmed'
    ) FROM reservations_reservation WHERE event_id = ${eventId} AND status = 'confirmed'`;
  const program = [
    'from django.db import connection',
    'cursor = connection.cursor()',
    `cursor.execute("""${query}""")`,
    'print(*cursor.fetchone())',
  ].join('\n');
  const { stdout } = await promisify(execFile)(
    process.env['STACK_PYTHON'] ?? 'python3',
    ['-m', 'deploy.manage', 'shell', '--no-imports', '-c', program],
    { cwd: ROOT, env: { ...process.env, SEATCAST_DATA_DIR: process.env['STACK_DATA'] } },
  );
  const [bookings, total, fees, tickets] = pick(stdout.trim().split('\n').slice(-1)).split(' ');
  return {
    bookings: Number(bookings),
    tickets: Number(tickets),
    totalCents: cents(total),
    feesCents: cents(fees),
  };
}
