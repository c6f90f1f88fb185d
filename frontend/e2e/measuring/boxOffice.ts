import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import type { Page } from '@playwright/test';

import type { Seat } from '../../src/api/types';
import type { Person } from '../fixtures';
import { BrowserTime } from './browserTime';
import { spread } from './figures';

/** One in the middle, whose neighbours are not sold. */
const SECTION = 30;
const ROOT = resolve(import.meta.dirname, '../../..');

/** How long a step took until its result was drawn, and the main thread's share of it. */
interface Step {
  readonly ms: number;
  /** Null if the step loaded a page, with which the browser's counter begins anew. */
  readonly taskMs: number | null;
  /** The longest time for which the page could not react. */
  readonly longestTaskMs: number;
  /** The slowest request to the API. */
  readonly requestMs: number;
}

interface Booked {
  /** Of the first booking, and of the last one, which the rest is of. */
  readonly first_id: string;
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly seat: string;
}

/** Sell seats of an event to many buyers. */
export async function book(eventId: number, bookings: number): Promise<Booked> {
  const { stdout } = await promisify(execFile)(
    process.env['PYTHON'] ?? 'python3',
    ['-m', 'laboratory', 'booked-hall', String(eventId), '--bookings', String(bookings)],
    { cwd: ROOT, env: { ...process.env, DJANGO_SETTINGS_MODULE: 'config.settings' } },
  );
  return JSON.parse(stdout) as Booked;
}

/** Measures steps on a page. */
class Steps {
  readonly #page: Page;
  readonly #time: BrowserTime;

  private constructor(page: Page, time: BrowserTime) {
    this.#page = page;
    this.#time = time;
  }

  static async on(page: Page): Promise<Steps> {
    await page.addInitScript(noteLongTasks);
    return new Steps(page, await BrowserTime.of(page));
  }

  /** Take a step, which ends when its result can be seen, and two frames later is drawn. */
  async take(step: () => Promise<void>): Promise<Step> {
    const requests: number[] = [];
    const note = (request: { url(): string; timing(): { responseEnd: number } }) => {
      if (request.url().includes('/api/')) requests.push(request.timing().responseEnd);
    };
    this.#page.on('requestfinished', note);
    await this.#page.evaluate(takeLongTasks).catch(() => undefined);
    const page = await this.#page.evaluate(() => performance.timeOrigin);
    const before = await this.#time.spent();
    const began = Date.now();
    await step();
    await this.#page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame++) {
        await new Promise((done) => requestAnimationFrame(done));
      }
    });
    const ms = Date.now() - began;
    const { taskMs } = await this.#time.spent();
    const isSamePage = page === (await this.#page.evaluate(() => performance.timeOrigin));
    const tasks = await this.#page.evaluate(takeLongTasks);
    this.#page.off('requestfinished', note);
    return {
      ms,
      taskMs: isSamePage ? taskMs - before.taskMs : null,
      longestTaskMs: Math.max(0, ...tasks),
      requestMs: Math.max(0, ...requests),
    };
  }
}

interface Noting {
  longTasks: number[];
}

/** Runs in the page before its own scripts. */
function noteLongTasks(): void {
  const noting = window as unknown as Noting;
  noting.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) noting.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
}

/** Runs in the page: the durations of its long tasks since the last time. */
function takeLongTasks(): number[] {
  const noting = window as unknown as Noting;
  return noting.longTasks.splice(0);
}

/** What is told of each step. */
export const STEP_COLUMNS = ['ms', 'main thread, CPU', 'longest task', 'slowest request'] as const;

/** Take all steps some times; returns the columns of each. */
export async function measureBoxOffice(
  { page, api }: Person,
  eventId: number,
  booked: Booked,
  rounds: number,
): Promise<(readonly [string, readonly string[]])[]> {
  const steps = await Steps.on(page);
  const taken = new Map<string, Step[]>();
  for (let round = 0; round < rounds; round++) {
    const seats = await api.get<Seat[]>(`events/${eventId}/seats/`);
    // The seats of the first booking are the last ones.
    const price = seats.at(-1)?.price;
    const free = seats.filter((seat) => seat.is_available && seat.price === price);
    const names = free.slice(-4).map((seat) => seat.seat_number);
    await takeAll(page, eventId, booked, names, async (name, step) => {
      const cost = await steps.take(step);
      console.info(`  ${name}: ${JSON.stringify(cost)}`);
      taken.set(name, [...(taken.get(name) ?? []), cost]);
    });
  }
  return [...taken].map(([name, each]) => {
    const of = (part: keyof Step) => {
      const values = each.map((one) => one[part]).filter((value) => value !== null);
      return values.length === 0 ? '–' : spread(values, 0);
    };
    return [name, [of('ms'), of('taskMs'), of('longestTaskMs'), of('requestMs')]] as const;
  });
}

/** Select, block and free seats, find a booking in each way, and move one. */
async function takeAll(
  page: Page,
  eventId: number,
  { first_id: firstId, id, name: buyer, email, seat }: Booked,
  free: readonly string[],
  take: (name: string, step: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const selected = page.getByRole('heading', { name: /^[\d,]+ seats? selected$/ });
  await take('open the map', async () => {
    await page.goto(`/organise/events/${eventId}/box-office`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('.section-button').first().waitFor();
  });
  const side = await sideOf(page, 500);
  await page.getByRole('button', { name: 'Clear' }).click();
  await take('select 500 seats with a rectangle', async () => {
    await drag(page, side);
    await selected.waitFor();
  });
  await page.getByRole('button', { name: 'Keep or block' }).click();
  await page.getByRole('radio', { name: 'Blocked' }).check();
  await page.getByLabel('Reason').fill('Cameras');
  await take('block them', async () => {
    await page.getByRole('button', { name: 'Keep off sale' }).click();
    await page.getByRole('heading', { name: /seats are off sale: Cameras/ }).waitFor();
  });
  await page.getByRole('button', { name: 'Select them' }).click();
  await take('put them on sale', async () => {
    await page.getByRole('button', { name: 'Put on sale' }).click();
    await page.getByRole('heading', { name: /seats are on sale again/ }).waitFor();
  });

  await take('open the bookings', async () => {
    await page.goto(`/organise/events/${eventId}/bookings`);
    await page
      .getByRole('button', { name: /^Open booking/ })
      .first()
      .waitFor();
  });
  const search = page.getByRole('searchbox', { name: 'Find bookings' });
  const found = page.getByRole('button', { name: `Open booking ${id}` });
  for (const [what, text] of Object.entries({ name: buyer, address: email, number: id, seat })) {
    await search.fill('nobody at all');
    await page.getByText('No booking').waitFor();
    await take(`find by ${what}`, async () => {
      await search.fill(text);
      await found.waitFor();
    });
  }
  await search.fill(firstId);
  await page.getByRole('button', { name: `Open booking ${firstId}` }).click();
  await take('open the map to move seats', async () => {
    await page.getByRole('button', { name: 'Move seats' }).click();
    await page.locator('.live__state[data-feed="live"]').waitFor();
    await page.locator('.hall-map__canvas').waitFor();
  });
  const name = page.getByRole('textbox', { name: 'Seat' });
  await take('choose a seat by its name', async () => {
    await name.fill(free[0] ?? '');
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
    await page.getByRole('button', { name: new RegExp(`${free[0]}`) }).waitFor();
  });
  for (const seatNumber of free.slice(1)) {
    await name.fill(seatNumber);
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
  }
  await page.getByText('There is no difference in price.').waitFor();
  await take('move the booking', async () => {
    await page.getByRole('button', { name: 'Move seats' }).click();
    await page.getByRole('button', { name: 'Move seats' }).waitFor();
    await page.locator('.hall-map__canvas').waitFor({ state: 'detached' });
  });
}

/** Drag a square over the middle of a section. */
async function drag(page: Page, side: number): Promise<void> {
  const box = await page.locator('.section-button').nth(SECTION).boundingBox();
  if (box === null) throw new Error('There is no section');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x - side / 2, y - side / 2);
  await page.mouse.down();
  await page.mouse.move(x + side / 2, y + side / 2, { steps: 8 });
  await page.mouse.up();
}

/** Returns the side of the square that selects about so many seats. */
async function sideOf(page: Page, count: number): Promise<number> {
  const SAMPLE = 20;
  await drag(page, SAMPLE);
  const heading = page.getByRole('heading', { name: /^[\d,]+ seats? selected$/ });
  const found = Number((await heading.innerText()).replace(/\D/g, ''));
  return SAMPLE * Math.sqrt(count / found);
}
