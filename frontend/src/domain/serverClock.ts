/** How many of the newest samples count. */
export const KEPT_SAMPLES = 12;

export interface ServerClock {
  /** Estimated server time in Unix milliseconds. */
  now(): number;
  /** Whether a sample exists; until then `now` is the local time. */
  isSet(): boolean;
  /** Add a sample: a message with time `serverNow` has just arrived. */
  observe(serverNow: number): void;
}

const STARTED_AT = Date.now() - performance.now();

/**
 * Local time based on the page load. Unlike `Date.now()`, it does not jump when the machine's clock
 * is set.
 */
export function steadyNow(): number {
  return STARTED_AT + performance.now();
}

/**
 * Create a clock from timestamps of messages. Latency makes each timestamp look late, so the
 * largest offset is the best estimate. Only the newest samples count, to follow corrections of
 * either clock. `fallback` serves until the first sample.
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
