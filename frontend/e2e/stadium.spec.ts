import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect, type Locator, type Page } from '@playwright/test';

import type { EventSummary, Seat } from '../src/api/types';
import { type Api, demoEvents, pick, test } from './fixtures';

const ROOT = resolve(import.meta.dirname, '../..');
const DESK = { viewport: { width: 1440, height: 900 } };
/** As the map numbers them. */
const SECTION = 3;

test(
  'in a stadium one follows the seats of what one sees, and elsewhere how many are free',
  { tag: ['@chromium', '@thorough'] },
  async ({ enter, request }) => {
    const stadium = await loadStadium(request);
    const seller = await enter('somebody new');
    const seats = await seller.api.get<Seat[]>(`events/${stadium.id}/seats/`);
    const section = pick([...new Set(seats.map((seat) => seat.section))], SECTION);
    const near = await enter('somebody new', DESK);
    const far = await enter('somebody new', DESK);
    const whole = await enter('anonymous');
    const traffic = {
      near: countFrames(near.page),
      far: countFrames(far.page),
      whole: countFrames(whole.page),
    };
    await watchWhole(whole.page, stadium.id);
    await openMap(near.page, stadium);
    await openMap(far.page, stadium);
    await enterSection(near.page);
    const first = pick(freeAmong(seats, await seatsShown(near.page), section));
    const free = await freeBeside(far.page);

    await lock(seller.api, stadium, first);
    await expect(seatAt(near.page, seats, first)).toHaveAttribute('data-status', 'locked');
    await expect.poll(() => freeBeside(far.page)).toBe(free - 1);

    const [other, whileOffline] = freeAmong(seats, await pan(near.page));
    if (other === undefined || whileOffline === undefined) throw new Error('Nothing is free there');
    await lock(seller.api, stadium, other);
    await expect(seatAt(near.page, seats, other)).toHaveAttribute('data-status', 'locked');

    await near.page.context().setOffline(true);
    await near.page.getByText('Offline', { exact: true }).waitFor();
    await lock(seller.api, stadium, whileOffline);
    await near.page.context().setOffline(false);
    await expect(seatAt(near.page, seats, whileOffline)).toHaveAttribute('data-status', 'locked');

    await near.page.reload();
    await enterSection(near.page);
    const stored = await seller.api.get<Seat[]>(`events/${stadium.id}/seats/`);
    for (const [index, status] of await statusesShown(near.page)) {
      expect(status).toBe(stored[index]?.status);
    }

    for (const [who, { bytes, frames }] of Object.entries(traffic)) {
      console.info(`${who}: ${frames.length} frames, ${bytes()} bytes, first ${frames[0]?.length}`);
    }
    const types = (of: keyof typeof traffic) =>
      new Set(traffic[of].frames.map((frame) => (JSON.parse(frame) as { type: string }).type));
    expect(types('near')).toEqual(new Set(['part', 'beat']));
    expect(types('far')).toEqual(new Set(['part', 'beat']));
    expect(traffic.far.frames.some((frame) => /"whole"|"changes"/.test(frame))).toBe(false);
    expect(traffic.far.bytes()).toBeLessThan(traffic.whole.bytes() / 2);
  },
);

/** The demo's stadium, which is loaded into a site that lacks it. */
async function loadStadium(request: Page['request']): Promise<EventSummary> {
  const before = (await demoEvents(request)).stadium;
  if (before !== undefined) return before;
  await promisify(execFile)(
    process.env['STACK_PYTHON'] ?? 'python3',
    ['-m', 'deploy.manage', 'load_demo', '--stadium'],
    { cwd: ROOT, env: { ...process.env, SEATCAST_DATA_DIR: process.env['STACK_DATA'] } },
  );
  const { stadium } = await demoEvents(request);
  if (stadium === undefined) throw new Error('The stadium was not loaded');
  return stadium;
}

interface Traffic {
  readonly frames: readonly string[];
  readonly bytes: () => number;
}

/** What the page's sockets receive, before compression. */
function countFrames(page: Page): Traffic {
  const frames: string[] = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => frames.push(String(payload)));
  });
  return { frames, bytes: () => frames.reduce((sum, { length }) => sum + length, 0) };
}

/** Follow the whole map, as clients do that know no sections. */
async function watchWhole(page: Page, eventId: number): Promise<void> {
  await page.goto('/');
  await page.evaluate(async (path) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`);
    await new Promise((done) => (socket.onmessage = done));
  }, `/ws/events/${eventId}/`);
}

async function openMap(page: Page, { id }: EventSummary): Promise<void> {
  await page.goto(`/events/${id}`);
  await page.locator('[data-section]').first().waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
}

/** Enter the section as by keyboard, and zoom in until its seats have buttons. */
async function enterSection(page: Page): Promise<void> {
  await sectionAt(page).dispatchEvent('click');
  await page.locator('[data-section]').first().waitFor({ state: 'detached' });
  const seats = page.locator('[data-seat]');
  await expect(async () => {
    if ((await seats.count()) < 2) await page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await seats.count()).toBeGreaterThan(1);
  }).toPass();
  await expect(page.locator('[data-seat][data-status=unknown]')).toHaveCount(0);
}

function sectionAt(page: Page): Locator {
  return page.locator(`[data-section="${SECTION}"]`);
}

/** How many seats of the section are free, as a page says that shows the whole hall. */
async function freeBeside(page: Page): Promise<number> {
  const label = (await sectionAt(page).getAttribute('aria-label')) ?? '';
  return Number((/(\d[\d,]*) free/.exec(label)?.[1] ?? '').replaceAll(',', ''));
}

/** The statuses of the seats in view, by index. */
async function statusesShown(page: Page): Promise<ReadonlyMap<number, string | null>> {
  const shown = await page
    .locator('[data-seat]')
    .evaluateAll((buttons) =>
      buttons.map((button) =>
        ['seat', 'status'].map((name) => button.getAttribute(`data-${name}`)),
      ),
    );
  return new Map(shown.map(([index, status = null]) => [Number(index), status]));
}

/** The indexes of the seats in view. */
async function seatsShown(page: Page): Promise<ReadonlySet<number>> {
  return new Set((await statusesShown(page)).keys());
}

function seatAt(page: Page, seats: readonly Seat[], { id }: Seat): Locator {
  return page.locator(`[data-seat="${seats.findIndex((seat) => seat.id === id)}"]`);
}

/** The seats among those shown that were free, also only those of a section. */
function freeAmong(
  seats: readonly Seat[],
  shown: ReadonlySet<number>,
  section?: string,
): readonly Seat[] {
  return seats.filter(
    (seat, index) =>
      shown.has(index) && seat.is_available && (section === undefined || seat.section === section),
  );
}

/**
 * Drag the map by half a screen. Returns the indexes of seats that have come into view, and stay
 * there while the map comes to rest.
 */
async function pan(page: Page): Promise<ReadonlySet<number>> {
  const before = await seatsShown(page);
  const { width, height } = DESK.viewport;
  await page.mouse.move(0.7 * width, height / 2);
  await page.mouse.down();
  await page.mouse.move(0.2 * width, height / 2, { steps: 8 });
  await page.mouse.up();
  const added = async () => [...(await seatsShown(page))].filter((index) => !before.has(index));
  await expect.poll(async () => (await added()).length).toBeGreaterThan(1);
  await expect(page.locator('[data-seat][data-status=unknown]')).toHaveCount(0);
  return new Set(await added());
}

async function lock(api: Api, { id }: EventSummary, seat: Seat): Promise<void> {
  await api.post(`events/${id}/seats/${seat.id}/lock/`);
}
