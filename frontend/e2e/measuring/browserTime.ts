import type { CDPSession, Page } from '@playwright/test';

/** What the page has used so far: processor time of its main thread, and heap. */
export interface Spent {
  readonly taskMs: number;
  readonly scriptMs: number;
  readonly heapBytes: number;
}

/** Reads a page's costs through the DevTools protocol. */
export class BrowserTime {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<BrowserTime> {
    const session = await page.context().newCDPSession(page);
    // Thread time excludes time when other processes run.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new BrowserTime(session);
  }

  async spent(): Promise<Spent> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return {
      taskMs: of('TaskDuration') * 1000,
      scriptMs: of('ScriptDuration') * 1000,
      heapBytes: of('JSHeapUsedSize'),
    };
  }

  /** Heap in use after garbage collection. */
  async heapInUse(): Promise<number> {
    for (let pass = 0; pass < 2; pass++) await this.#session.send('HeapProfiler.collectGarbage');
    return (await this.spent()).heapBytes;
  }
}
