import type { Browser, BrowserContextOptions } from '@playwright/test';

import { BrowserTime } from './browserTime';

/** Enough for late requests. */
const SETTLED_MS = 2_000;

export interface PageLoad {
  /** Until a section or seat can be clicked and the canvas shows it. */
  readonly seatsMs: number;
  /** Time with at least one request in flight. */
  readonly networkMs: number;
  readonly taskMs: number;
  readonly scriptMs: number;
}

/** Open the map several times in one browser; its cache is cold the first time. */
export async function openMap(
  browser: Browser,
  options: BrowserContextOptions,
  eventId: number,
  times: number,
): Promise<PageLoad[]> {
  const context = await browser.newContext(options);
  await context.addInitScript(noteFirstSeats);
  const openings: PageLoad[] = [];
  for (let time = 0; time < times; time++) {
    const page = await context.newPage();
    const browserTime = await BrowserTime.of(page);
    await page.goto(`/events/${eventId}`, { waitUntil: 'commit' });
    const { seatsMs, networkMs } = await page.evaluate(
      () => (window as unknown as { firstSeats: Promise<FirstSeats> }).firstSeats,
    );
    const { taskMs, scriptMs } = await browserTime.spent();
    openings.push({ seatsMs, networkMs, taskMs, scriptMs });
    await page.waitForTimeout(SETTLED_MS);
    await page.close();
  }
  await context.close();
  return openings;
}

interface FirstSeats {
  readonly seatsMs: number;
  readonly networkMs: number;
}

/** Runs in the page before its own scripts. */
function noteFirstSeats(): void {
  // Sockets are not among the resource timings.
  const sockets: { from: number; to: number }[] = [];
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const span = { from: performance.now(), to: Infinity };
      sockets.push(span);
      this.addEventListener('message', () => (span.to = Math.min(performance.now(), span.to)));
    }
  };
  const isThere = () => {
    const canvas = document.querySelector<HTMLCanvasElement>('.map__canvas');
    if (canvas === null || document.querySelector('[data-section], [data-seat]') === null) {
      return false;
    }
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels?.some((value) => value !== 0) === true;
  };
  (window as unknown as { firstSeats: Promise<FirstSeats> }).firstSeats = new Promise((tell) => {
    const look = () => {
      // After the frame's drawing, to see its result.
      setTimeout(() => {
        const seatsMs = performance.now();
        if (!isThere()) {
          requestAnimationFrame(look);
          return;
        }
        const entries = [
          ...performance.getEntriesByType('navigation'),
          ...performance.getEntriesByType('resource'),
        ] as PerformanceResourceTiming[];
        const spans = [
          ...sockets,
          ...entries.map(({ fetchStart, responseEnd }) => ({
            from: fetchStart,
            to: responseEnd || Infinity,
          })),
        ]
          .map(({ from, to }) => ({ from, to: Math.min(to, seatsMs) }))
          .sort((one, other) => one.from - other.from);
        let [networkMs, until] = [0, 0];
        for (const { from, to } of spans) {
          networkMs += Math.max(to - Math.max(from, until), 0);
          until = Math.max(until, to);
        }
        tell({ seatsMs, networkMs });
      });
    };
    requestAnimationFrame(look);
  });
}
