const KEPT_SAMPLES = 12;

export interface ServerClock {
  /** The server's time in Unix milliseconds, as well as we know it. */
  now(): number;
  /** Learn from a frame that said `serverNow` and has just arrived. */
  observe(serverNow: number): void;
}

/**
 * A frame takes time to arrive, so each one makes the server's clock look a little late. The frame
 * that made it look least late came fastest and is the best estimate; only the newest few count, so
 * that a correction of either clock is followed.
 */
export function createServerClock(localNow: () => number = Date.now): ServerClock {
  const offsets: number[] = [];
  return {
    now: () => localNow() + (offsets.length === 0 ? 0 : Math.max(...offsets)),
    observe(serverNow) {
      offsets.push(serverNow - localNow());
      if (offsets.length > KEPT_SAMPLES) offsets.shift();
    },
  };
}
