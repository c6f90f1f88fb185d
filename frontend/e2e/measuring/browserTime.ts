import type { CDPSession, Page } from '@playwright/test';

/** What the page's main thread has spent so far, in ms of processor time, and its heap. */
export interface Spent {
  readonly taskMs: number;
  readonly scriptMs: number;
  readonly heapBytes: number;
}

/** Tells what a page costs, from outside of it. */
export class BrowserTime {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<BrowserTime> {
    const session = await page.context().newCDPSession(page);
    // Processor time stays the same when other work takes the processor; wall time does not.
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

  /** What is in use once all that can be let go of is. */
  async heapInUse(): Promise<number> {
    for (let pass = 0; pass < 2; pass++) await this.#session.send('HeapProfiler.collectGarbage');
    return (await this.spent()).heapBytes;
  }
}
