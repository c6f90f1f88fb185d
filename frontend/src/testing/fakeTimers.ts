import type { Timers } from '@/domain/feed/backoff';

interface Planned {
  at: number;
  readonly callback: () => void;
}

/** Timers and clock that the test advances. */
export class FakeTimers implements Timers {
  now = 1_767_225_600_000;
  readonly #planned = new Set<Planned>();

  after(delayMs: number, callback: () => void): () => void {
    const plan = { at: this.now + delayMs, callback };
    this.#planned.add(plan);
    return () => {
      this.#planned.delete(plan);
    };
  }

  get plannedCount(): number {
    return this.#planned.size;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.#planned].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#planned.delete(due);
      this.now = Math.max(this.now, due.at);
      due.callback();
    }
    this.now = end;
  }

  /** Simulate machine sleep: the wall clock advances, timers do not. */
  sleep(ms: number): void {
    this.now += ms;
    for (const plan of this.#planned) plan.at += ms;
  }
}
