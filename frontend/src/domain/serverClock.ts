/** How many of the newest messages count. */
export const KEPT_SAMPLES = 12;

export interface ServerClock {
  /** The server's time in Unix milliseconds, as well as we know it. */
  now(): number;
  /** Whether the server has told us its time; until then `now` is what this machine believes. */
  isSet(): boolean;
  /** Learn from a message that said `serverNow` and has just arrived. */
  observe(serverNow: number): void;
}

const STARTED_AT = Date.now() - performance.now();

/**
 * This machine's time, counted from when the page was loaded. Unlike `Date.now()` it does not jump
 * when somebody sets the machine's clock.
 */
export function steadyNow(): number {
  return STARTED_AT + performance.now();
}

/**
 * A message takes time to arrive, so each one makes the server's clock look a little late. The one
 * that made it look least late came fastest and is the best estimate; only the newest few count, so
 * that a correction of either clock is followed. Until there is one, `fallback` is gone by.
 */
export function createServerClock(
  localNow: () => number = steadyNow,
  fallback: Pick<ServerClock, 'now' | 'isSet'> = { now: localNow, isSet: () => false },
): ServerClock {
  const offsets: number[] = [];
  return {
    now: () => (offsets.length === 0 ? fallback.now() : localNow() + Math.max(...offsets)),
    isSet: () => offsets.length > 0 || fallback.isSet(),
    observe(serverNow) {
      offsets.push(serverNow - localNow());
      if (offsets.length > KEPT_SAMPLES) offsets.shift();
    },
  };
}
