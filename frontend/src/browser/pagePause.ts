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
  readonly takeBack: () => void;
}

/** Pause the page once it has been hidden for `PAUSE_AFTER_MS`; resume as soon as it is visible. */
export function createPagePause({ isHidden, onChange, timers, now }: PagePauseOptions): PagePause {
  const listeners = new Set<(isPaused: boolean) => void>();
  const alarms = new Set<PausableTimer>();
  let isPaused = false;
  let stayAwake = (): void => undefined;

  function look(): void {
    stayAwake();
    if (isHidden()) {
      stayAwake = timers.after(PAUSE_AFTER_MS, () => {
        turn(true);
      });
    } else if (isPaused) {
      turn(false);
    }
  }

  function turn(toSleep: boolean): void {
    isPaused = toSleep;
    for (const alarm of alarms) {
      if (toSleep) alarm.takeBack();
      else alarm.set();
    }
    for (const listener of [...listeners]) listener(toSleep);
  }

  function after(delayMs: number, callback: () => void): () => void {
    const at = now() + delayMs;
    let takeBack = (): void => undefined;
    const alarm: PausableTimer = {
      set() {
        takeBack = timers.after(Math.max(at - now(), 0), () => {
          alarms.delete(alarm);
          callback();
        });
      },
      takeBack() {
        takeBack();
      },
    };
    alarms.add(alarm);
    if (!isPaused) alarm.set();
    return () => {
      alarms.delete(alarm);
      takeBack();
    };
  }

  onChange(look);
  look();

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
