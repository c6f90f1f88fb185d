import type { Page } from '@playwright/test';

import { BrowserTime } from './browserTime';
import { median, percentile, spread } from './figures';

/** How the map moves during the measurement. */
export type Motion = 'rest' | 'pan' | 'zoom';

export interface Recording {
  /** Time between frames. */
  readonly framesMs: readonly number[];
  /** Durations of long tasks, above 50 ms. */
  readonly longTasksMs: readonly number[];
}

/**
 * Move the map one step per frame and record the frames. The pointer and wheel events are
 * dispatched in the page, since input from outside would arrive irregularly.
 */
async function record(page: Page, motion: Motion, seconds: number): Promise<Recording> {
  return page.evaluate(
    async ({ moves, lengthMs }) => {
      const frame = document.querySelector('.map__frame');
      if (frame === null) throw new Error('There is no map');
      const box = frame.getBoundingClientRect();
      const [middleX, middleY] = [box.left + box.width / 2, box.top + box.height / 2];
      const longTasksMs: number[] = [];
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longTasksMs.push(duration);
      });
      observer.observe({ type: 'longtask' });
      const point = (type: string, x: number, y: number, buttons: number) => {
        const options = { pointerId: 1, pointerType: 'mouse', isPrimary: true, bubbles: true };
        const at = { clientX: x, clientY: y, button: type === 'pointermove' ? -1 : 0, buttons };
        frame.dispatchEvent(new PointerEvent(type, { ...options, ...at }));
      };
      const step = (number: number) => {
        if (moves === 'pan') {
          const [across, down] = [0.4 * box.width, 0.3 * box.height];
          point(
            'pointermove',
            middleX + across * Math.sin(number / 31),
            middleY + down * Math.sin(number / 23),
            1,
          );
        } else if (moves === 'zoom') {
          // Zoom in for a second and out again.
          const deltaY = number % 120 < 60 ? -12 : 12;
          const at = { clientX: middleX, clientY: middleY, deltaY, cancelable: true };
          frame.dispatchEvent(new WheelEvent('wheel', { ...at, bubbles: true }));
        }
      };
      if (moves === 'pan') point('pointerdown', middleX, middleY, 1);
      const timesMs: number[] = [];
      await new Promise<void>((done) => {
        function next(nowMs: number) {
          timesMs.push(nowMs);
          if (nowMs - (timesMs[0] ?? nowMs) >= lengthMs) done();
          else {
            step(timesMs.length);
            requestAnimationFrame(next);
          }
        }
        requestAnimationFrame(next);
      });
      if (moves === 'pan') point('pointerup', middleX, middleY, 0);
      for (const { duration } of observer.takeRecords()) longTasksMs.push(duration);
      observer.disconnect();
      return {
        framesMs: timesMs.slice(1).map((time, place) => time - (timesMs[place] ?? time)),
        longTasksMs,
      };
    },
    { moves: motion, lengthMs: seconds * 1000 },
  );
}

/** Zoom until seats have this radius, in CSS pixels, and wait for the map to settle. */
export async function zoomTo(page: Page, seatRadius: number, radiusPx: number): Promise<void> {
  await page.evaluate(
    ({ scale }) => {
      const frame = document.querySelector('.map__frame');
      const buttons = document.querySelector<HTMLElement>('.map__buttons');
      if (frame === null || buttons === null) throw new Error('There is no map');
      const now = Number(/scale\(([\d.]+)\)/.exec(buttons.style.transform)?.[1]);
      const { left, top, width, height } = frame.getBoundingClientRect();
      const at = { clientX: left + width / 2, clientY: top + height / 5, cancelable: true };
      const deltaY = -Math.log(scale / now) / 0.0016;
      frame.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY, bubbles: true }));
    },
    { scale: radiusPx / seatRadius },
  );
  await page.waitForTimeout(1_500);
}

export interface Frames extends Recording {
  /** Processor time of the main thread. */
  readonly taskMs: number;
  readonly scriptMs: number;
}

export const FRAME_COLUMNS = [
  'median ms',
  'p95',
  'worst',
  'long tasks',
  'CPU ms/frame',
  'of it script',
];

export async function framesOf(page: Page, motion: Motion, seconds: number): Promise<Frames> {
  const time = await BrowserTime.of(page);
  const before = await time.spent();
  const recording = await record(page, motion, seconds);
  const after = await time.spent();
  return {
    ...recording,
    taskMs: after.taskMs - before.taskMs,
    scriptMs: after.scriptMs - before.scriptMs,
  };
}

export function inColumns(rounds: readonly Frames[]): string[] {
  const of = (figure: (frames: Frames) => number, digits = 1) => spread(rounds.map(figure), digits);
  return [
    of(({ framesMs }) => median(framesMs)),
    of(({ framesMs }) => percentile(framesMs, 95)),
    of(({ framesMs }) => Math.max(...framesMs), 0),
    of(({ longTasksMs }) => longTasksMs.length, 0),
    of(({ taskMs, framesMs }) => taskMs / framesMs.length, 2),
    of(({ scriptMs, framesMs }) => scriptMs / framesMs.length, 2),
  ];
}
