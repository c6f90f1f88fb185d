import type { Page } from '@playwright/test';

import type { Recording } from './frames';

const PLAN = 1;
const [ROW_SEATS, PITCH, ROW_PITCH] = [25, 25, 30];
/** Seats of a section, and how many sections are side by side. */
const [SECTION, ABREAST] = [500, 10];

/** A plan of sections of 20 rows of 25 seats. */
export function planOf(seats: number): string {
  const zones = Array.from({ length: seats / SECTION }, (_, zone) => ({
    name: `Block ${zone + 1}`,
    position: { x: (zone % ABREAST) * 700, y: Math.floor(zone / ABREAST) * 700 },
    rows: Array.from({ length: SECTION / ROW_SEATS }, (_row, row) => ({
      row_number: String(row + 1),
      position: { x: 0, y: row * ROW_PITCH },
      seats: Array.from({ length: ROW_SEATS }, (_seat, seat) => ({
        seat_guid: `${zone}-${row}-${seat}`,
        seat_number: String(seat + 1),
        position: { x: seat * PITCH, y: 0 },
        category: 'Gold',
        radius: 10,
      })),
    })),
    areas: [],
  }));
  return JSON.stringify({ name: 'Large', categories: [{ name: 'Gold', color: '#d97706' }], zones });
}

/** Open the editor with a document that the server need not store. Returns milliseconds. */
export async function openEditor(page: Page, text: string): Promise<number> {
  const plan = { id: PLAN, organisation: 1, name: 'Large' };
  await page.route(`**/api/plans/${PLAN}/`, (route) => route.fulfill({ json: plan }));
  await page.route(`**/api/plans/${PLAN}/draft/`, (route) =>
    route.request().method() === 'GET'
      ? route.fulfill({ body: text, contentType: 'application/json', headers: { ETag: '"1"' } })
      : route.fulfill({ json: { revision: 1, updated_at: '', updated_by: null } }),
  );
  const start = Date.now();
  await page.goto(`/organise/plans/${PLAN}/edit`);
  const stage = page.locator('.stage');
  await stage.waitFor();
  // Two frames later the plan is on the screen.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) {
      await new Promise((done) => requestAnimationFrame(done));
    }
  });
  return Date.now() - start;
}

/** Select the first section and show its seats. */
export async function selectSection(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Sections' }).click();
  await page.locator('.stage').focus();
  for (const key of ['Tab', '2', '-', '-']) await page.keyboard.press(key);
  await page.waitForTimeout(1_500);
}

/** Drag what is in the middle of the plan one step per frame, and record the frames. */
export async function recordDrag(page: Page, seconds: number): Promise<Recording> {
  return page.evaluate(
    async ({ lengthMs, halfRow }) => {
      const stage = document.querySelector<HTMLElement>('.stage');
      if (stage === null) throw new Error('There is no plan');
      // Dispatched events have no pointer that could be captured.
      stage.setPointerCapture = () => undefined;
      const { left, top, width, height } = stage.getBoundingClientRect();
      const longTasksMs: number[] = [];
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longTasksMs.push(duration);
      });
      observer.observe({ type: 'longtask' });
      const point = (type: string, x: number, y: number) => {
        const options = { pointerId: 1, pointerType: 'mouse', isPrimary: true, bubbles: true };
        const button = type === 'pointermove' ? -1 : 0;
        stage.dispatchEvent(
          new PointerEvent(type, { ...options, clientX: x, clientY: y, button, buttons: 1 }),
        );
      };
      // The middle of a section is between two rows.
      const [middleX, middleY] = [left + width / 2, top + height / 2 + halfRow];
      point('pointerdown', middleX, middleY);
      const timesMs: number[] = [];
      await new Promise<void>((done) => {
        function next(nowMs: number) {
          timesMs.push(nowMs);
          if (nowMs - (timesMs[0] ?? nowMs) >= lengthMs) {
            done();
            return;
          }
          const step = timesMs.length;
          const [across, down] = [
            0.3 * width * Math.sin(step / 31),
            0.2 * height * Math.sin(step / 23),
          ];
          point('pointermove', middleX + across, middleY + down);
          requestAnimationFrame(next);
        }
        requestAnimationFrame(next);
      });
      point('pointerup', middleX + 40, middleY);
      observer.disconnect();
      return {
        framesMs: timesMs.slice(1).map((time, place) => time - (timesMs[place] ?? time)),
        longTasksMs,
      };
    },
    { lengthMs: seconds * 1000, halfRow: 11 },
  );
}

/** Move all seats by one step and take it back; milliseconds until undo was drawn. */
export async function undoMove(page: Page): Promise<number> {
  await page.getByRole('radio', { name: 'Seats' }).click();
  await page.locator('.stage').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(1_000);
  return page.evaluate(async () => {
    const start = performance.now();
    document
      .querySelector('.stage')
      ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true }));
    // The editor has asked for its frame before.
    await new Promise((done) => requestAnimationFrame(done));
    return performance.now() - start;
  });
}
