import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test';

import type { EventDetail, EventSummary } from '../src/api/types';
import { book, measureBoxOffice, STEP_COLUMNS } from './measuring/boxOffice';
import { BrowserTime } from './measuring/browserTime';
import { whileChurning } from './measuring/churn';
import { openEditor, planOf, recordDrag, selectSection, undoMove } from './measuring/editor';
import { Figures, median, percentile, slope, spread } from './measuring/figures';
import { FRAME_COLUMNS, framesOf, inColumns, zoomTo } from './measuring/frames';
import { openMap, type PageLoad } from './measuring/pageLoad';
import { layoutShift } from './measuring/layoutShift';
import { Api, demoEvents, pick, setLockSeconds, test } from './fixtures';

/** What to measure; everything by default. */
const ONLY = process.env['ONLY']?.split(',') ?? [];
const ROUNDS = Number(process.env['ROUNDS'] ?? 7);
const FRAME_ROUNDS = Math.min(ROUNDS, 3);
const MINUTES = Number(process.env['MINUTES'] ?? 1);
const CHANGES_A_SECOND = 500;
const UNDER_LOAD_SECONDS = 30;
const HEAP_EVERY_SECONDS = 30;
const SETTLED_MS = 2_000;
/** Enough that each socket server has at least one. */
const OTHERS = 8;
const BOOKINGS = Number(process.env['BOOKINGS'] ?? 5_000);
const ASSETS = resolve(import.meta.dirname, '../dist');

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 3,
};
const SCREENS = { '1440 × 900': DESK, '390 × 844 @3x': PHONE } as const;

/** Seat radii in CSS pixels: areas, all seats of a section, clickable seats. */
const ZOOMS = { far: 2.2, middle: 5, near: 14 } as const;

const figures = new Figures();

test.afterAll(() => {
  console.info(`\n${figures.toString()}`);
});

function measure(name: string, body: Parameters<typeof test>[2]): void {
  if (ONLY.length === 0 || ONLY.includes(name)) test(name, body);
}

measure('size', async ({ browser, request }) => {
  const note = figures.group('JavaScript, gzipped', 'KB', 'files');
  const kilobytes = (paths: readonly string[]) =>
    paths.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0) / 1000;
  const { id } = await stadium(request);
  const page = await browser.newPage(DESK);
  await page.goto(`/events/${id}`);
  await page.locator('.section-button').first().waitFor();
  await page.waitForTimeout(SETTLED_MS);
  const asked = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js')),
  );
  await page.context().close();
  const loaded = asked.map((path) => resolve(ASSETS, path.slice(1)));
  const all = readdirSync(ASSETS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .map((path) => resolve(ASSETS, path));
  note('the map page', kilobytes(loaded).toFixed(1), String(loaded.length));
  note('all there is', kilobytes(all).toFixed(1), String(all.length));
});

measure('open', async ({ browser, request }) => {
  const note = figures.group(
    `Navigation to first seats, ${ROUNDS} rounds`,
    'ms',
    'network',
    'main thread, CPU',
    'of it script',
  );
  const { id } = await stadium(request);
  const others = await connectViewers(browser, id);
  for (const [screen, options] of Object.entries(SCREENS)) {
    const cold: PageLoad[] = [];
    const warm: PageLoad[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [first, second] = await openMap(browser, options, id, 2);
      if (first !== undefined && second !== undefined) {
        cold.push(first);
        warm.push(second);
      }
    }
    for (const [cache, openings] of [
      ['cold cache', cold] as const,
      ['warm cache', warm] as const,
    ]) {
      const of = (part: keyof PageLoad) =>
        spread(
          openings.map((one) => one[part]),
          0,
        );
      note(`${screen}, ${cache}`, of('seatsMs'), of('networkMs'), of('taskMs'), of('scriptMs'));
    }
  }
  await others.close();
});

measure('moves', async ({ browser, request }) => {
  const note = figures.group(`Frames, ${FRAME_ROUNDS} rounds of 3 s`, ...FRAME_COLUMNS);
  const event = await stadium(request);
  for (const [screen, options] of Object.entries(SCREENS)) {
    const page = await openLiveMap(browser, options, event.id);
    for (const [zoom, radiusPx] of Object.entries(ZOOMS)) {
      for (const motion of ['pan', 'zoom'] as const) {
        const rounds = [];
        for (let round = 0; round < FRAME_ROUNDS; round++) {
          await zoomTo(page, event.plan.seat_radius, radiusPx);
          rounds.push(await framesOf(page, motion, 3));
        }
        note(`${screen}, ${motion}, ${zoom}`, ...inColumns(rounds));
      }
    }
    await page.context().close();
  }
});

measure('load', async ({ browser, request }) => {
  const note = figures.group(
    `${CHANGES_A_SECOND} changes a second, ${UNDER_LOAD_SECONDS} s`,
    ...FRAME_COLUMNS,
    'changes/s',
  );
  const event = await stadium(request);
  for (const [screen, options] of Object.entries(SCREENS)) {
    for (const zoom of ['far', 'near'] as const) {
      const page = await openLiveMap(browser, options, event.id);
      await zoomTo(page, event.plan.seat_radius, ZOOMS[zoom]);
      for (const motion of ['rest', 'pan'] as const) {
        const { seen, changesPerSecond } = await whileChurning(
          { eventId: event.id, perSecond: CHANGES_A_SECOND, seconds: UNDER_LOAD_SECONDS },
          () => framesOf(page, motion, UNDER_LOAD_SECONDS),
        );
        note(`${screen}, ${motion}, ${zoom}`, ...inColumns([seen]), changesPerSecond.toFixed(0));
      }
      await page.context().close();
    }
  }
});

measure('memory', async ({ browser, request }) => {
  const note = figures.group(
    `Heap in use, MB, ${CHANGES_A_SECOND} changes a second for ${MINUTES} min`,
    'first',
    'last',
    'a minute',
  );
  const event = await stadium(request);
  for (const zoom of ['far', 'near'] as const) {
    const page = await openLiveMap(browser, DESK, event.id);
    await zoomTo(page, event.plan.seat_radius, ZOOMS[zoom]);
    const time = await BrowserTime.of(page);
    const { seen } = await whileChurning(
      { eventId: event.id, perSecond: CHANGES_A_SECOND, seconds: 60 * MINUTES },
      async () => {
        const heaps = [await time.heapInUse()];
        while (heaps.length <= (60 * MINUTES) / HEAP_EVERY_SECONDS) {
          await page.waitForTimeout(HEAP_EVERY_SECONDS * 1000);
          heaps.push(await time.heapInUse());
        }
        return heaps.map((bytes) => bytes / 1e6);
      },
    );
    const perMinute = (slope(seen) * 60) / HEAP_EVERY_SECONDS;
    note(zoom, pick(seen).toFixed(2), pick(seen, seen.length - 1).toFixed(2), perMinute.toFixed(3));
    await page.context().close();
  }
});

measure('shift', async ({ enter, request }) => {
  const note = figures.group('Layout shift', ...Object.keys(SCREENS));
  const { club } = await demoEvents(request);
  const { id: stadiumId } = await stadium(request);
  const organiser = await enter('admin');
  await setLockSeconds(organiser, club, null);
  const seats = await organiser.api.freeSeats(club.id, 2, 30);
  const body = { seat_ids: seats.map(({ id }) => id), payment_method: 'card' };
  await organiser.api.post(`events/${club.id}/lock/`, body);
  await organiser.api.post(`events/${club.id}/reserve/`, body);
  const [booking] = await organiser.api.get<{ id: number }[]>('reservations/');
  const paths = [
    '/',
    `/events/${club.id}`,
    `/events/${stadiumId}`,
    '/reservations',
    `/reservations/${booking?.id ?? 0}`,
    `/organise/${club.id}`,
    '/no/such/page',
  ];
  const cookies = await organiser.page.context().cookies();
  const said = new Map<string, string[]>();
  for (const options of Object.values(SCREENS)) {
    const { page } = await enter('anonymous', options);
    for (const path of ['/sign-in', '/register']) {
      said.set(path, [...(said.get(path) ?? []), (await layoutShift(page, path)).toFixed(3)]);
    }
    await page.context().addCookies(cookies);
    for (const path of paths) {
      said.set(path, [...(said.get(path) ?? []), (await layoutShift(page, path)).toFixed(3)]);
    }
    await page.context().clearCookies();
  }
  for (const [path, each] of said) note(path, ...each);
});

measure('boxOffice', async ({ enter, request }) => {
  const note = figures.group(
    `Box office, ${BOOKINGS} bookings, ${FRAME_ROUNDS} rounds`,
    ...STEP_COLUMNS,
  );
  const { id } = await stadium(request);
  const booked = await book(id, BOOKINGS);
  for (const [screen, options] of Object.entries(SCREENS)) {
    const taken = await measureBoxOffice(await enter('admin', options), id, booked, FRAME_ROUNDS);
    for (const [name, columns] of taken) note(`${screen}, ${name}`, ...columns);
  }
});

measure('editor', async ({ enter }) => {
  const note = figures.group('Editor, ms', 'median', 'p95', 'worst');
  const { page } = await enter('admin', DESK);
  const opened: number[] = [];
  for (let round = 0; round < FRAME_ROUNDS; round++) {
    opened.push(await openEditor(page, planOf(50_000)));
  }
  const columns = (times: readonly number[], digits = 1) =>
    [median(times), percentile(times, 95), Math.max(...times)].map((ms) => ms.toFixed(digits));
  note('open 50,000 seats', ...columns(opened, 0));
  await openEditor(page, planOf(5_000));
  await selectSection(page);
  const frames: number[] = [];
  for (let round = 0; round < FRAME_ROUNDS; round++) {
    frames.push(...(await recordDrag(page, 3)).framesMs);
  }
  note('drag 500 of 5,000 seats, frames', ...columns(frames));
  const undone: number[] = [];
  for (let round = 0; round < FRAME_ROUNDS; round++) undone.push(await undoMove(page));
  note('undo a move of 5,000 seats', ...columns(undone));
});

async function stadium(request: Page['request']): Promise<EventDetail> {
  const api = new Api(request);
  const events = await api.get<EventSummary[]>('events/');
  const largest = events.toSorted((a, b) => b.seats_total - a.seats_total)[0];
  if (largest === undefined || largest.seats_total < 40_000) throw new Error('No stadium');
  return api.get<EventDetail>(`events/${largest.id}/`);
}

/** Connect other viewers, as in a sale, so that the servers have the seats in memory. */
async function connectViewers(browser: Browser, eventId: number): Promise<BrowserContext> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto('/');
  await page.evaluate(
    async ({ path, count }) => {
      const url = `${location.origin.replace(/^http/, 'ws')}${path}`;
      const sockets = Array.from({ length: count }, () => new WebSocket(url));
      await Promise.all(sockets.map((socket) => new Promise((done) => (socket.onmessage = done))));
    },
    { path: `/ws/events/${eventId}/`, count: OTHERS },
  );
  return context;
}

async function openLiveMap(
  browser: Browser,
  options: BrowserContextOptions,
  eventId: number,
): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`/events/${eventId}`);
  await page.locator('.section-button').first().waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.waitForTimeout(SETTLED_MS);
  return page;
}
