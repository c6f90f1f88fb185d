import { browserTimers, type Timers } from '@/domain/feed/backoff';

/** Long enough to look something up in another tab without anything being interrupted. */
const UNSEEN_MS = 30_000;

export interface Sleep {
  isAsleep(): boolean;
  /** Be told when the page falls asleep and when it wakes. The answer ends it. */
  listen(listener: (isAsleep: boolean) => void): () => void;
  /** Timers that stand still while the page sleeps: what is overdue when it wakes is done then. */
  readonly timers: Timers;
}

interface SleepOptions {
  readonly isHidden: () => boolean;
  /** Calls back whenever `isHidden` may have changed. */
  readonly onChange: (callback: () => void) => void;
  readonly timers: Timers;
  readonly now: () => number;
}

interface Alarm {
  readonly set: () => void;
  readonly takeBack: () => void;
}

/** A page that nobody has looked at for a while sleeps, and wakes the moment it is looked at. */
export function createSleep({ isHidden, onChange, timers, now }: SleepOptions): Sleep {
  const listeners = new Set<(isAsleep: boolean) => void>();
  const alarms = new Set<Alarm>();
  let isAsleep = false;
  let stayAwake = (): void => undefined;

  function look(): void {
    stayAwake();
    if (isHidden()) {
      stayAwake = timers.after(UNSEEN_MS, () => {
        turn(true);
      });
    } else if (isAsleep) {
      turn(false);
    }
  }

  function turn(toSleep: boolean): void {
    isAsleep = toSleep;
    for (const alarm of alarms) {
      if (toSleep) alarm.takeBack();
      else alarm.set();
    }
    for (const listener of [...listeners]) listener(toSleep);
  }

  function after(delayMs: number, callback: () => void): () => void {
    const at = now() + delayMs;
    let takeBack = (): void => undefined;
    const alarm: Alarm = {
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
    if (!isAsleep) alarm.set();
    return () => {
      alarms.delete(alarm);
      takeBack();
    };
  }

  onChange(look);
  look();

  return {
    isAsleep: () => isAsleep,
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    timers: { after },
  };
}

/** Of this page. */
export const sleep = createSleep({
  isHidden: () => document.visibilityState === 'hidden',
  onChange: (callback) => {
    document.addEventListener('visibilitychange', callback);
  },
  timers: browserTimers,
  now: Date.now,
});
