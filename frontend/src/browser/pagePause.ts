import { browserTimers, type Timers } from '@/domain/feed/backoff';

/** Long enough to look something up in another tab without an interruption. */
const PAUSE_AFTER_MS = 30_000;

export interface PagePause {
  isPaused(): boolean;
  /** Subscribe to pausing and resuming. Returns an unsubscribe function. */
  listen(listener: (isPaused: boolean) => void): () => void;
  /** Timers that stop while the page is paused; overdue ones fire when it resumes. */
  readonly timers: Timers;
}

interface PagePauseOptions {
  readonly isHidden: () => boolean;
  /** Subscribe to changes of `isHidden`. */
  readonly onChange: (callback: () => void) => void;
  readonly timers: Timers;
  readonly now: () => number;
}

interface PausableTimer {
  readonly set: () => void;
  readonly cancel: () => void;
}

/** Pause the page once it has been hidden for `PAUSE_AFTER_MS`; resume as soon as it is visible. */
export function createPagePause({ isHidden, onChange, timers, now }: PagePauseOptions): PagePause {
  const listeners = new Set<(isPaused: boolean) => void>();
  const pausableTimers = new Set<PausableTimer>();
  let isPaused = false;
  let cancelPause = (): void => undefined;

  function update(): void {
    cancelPause();
    if (isHidden()) {
      cancelPause = timers.after(PAUSE_AFTER_MS, () => {
        setPaused(true);
      });
    } else if (isPaused) {
      setPaused(false);
    }
  }

  function setPaused(paused: boolean): void {
    isPaused = paused;
    for (const timer of pausableTimers) {
      if (paused) timer.cancel();
      else timer.set();
    }
    for (const listener of [...listeners]) listener(paused);
  }

  function after(delayMs: number, callback: () => void): () => void {
    const at = now() + delayMs;
    let cancel = (): void => undefined;
    const timer: PausableTimer = {
      set() {
        cancel = timers.after(Math.max(at - now(), 0), () => {
          pausableTimers.delete(timer);
          callback();
        });
      },
      cancel() {
        cancel();
      },
    };
    pausableTimers.add(timer);
    if (!isPaused) timer.set();
    return () => {
      pausableTimers.delete(timer);
      cancel();
    };
  }

  onChange(update);
  update();

  return {
    isPaused: () => isPaused,
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    timers: { after },
  };
}

export const pagePause = createPagePause({
  isHidden: () => document.visibilityState === 'hidden',
  onChange: (callback) => {
    document.addEventListener('visibilitychange', callback);
  },
  timers: browserTimers,
  now: Date.now,
});
