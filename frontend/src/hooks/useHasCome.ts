import { useCallback, useSyncExternalStore } from 'react';

import { sleep } from '@/browser/sleep';
import type { ServerClock } from '@/domain/feed/clock';

/** Timers cannot wait longer than 2^31 ms, and a clock may be set right meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/** Whether a moment has come by a clock; never, if it is null. */
export function useHasCome(moment: number | null, clock: Pick<ServerClock, 'now'>): boolean {
  const hasCome = useCallback(() => moment !== null && clock.now() >= moment, [moment, clock]);
  const subscribe = useCallback(
    (onChange: () => void) => {
      let callOff = (): void => undefined;
      function wait() {
        if (moment === null || hasCome()) return;
        const waitMs = Math.min(Math.ceil(moment - clock.now()), LONGEST_WAIT_MS);
        callOff = sleep.timers.after(waitMs, () => {
          onChange();
          wait();
        });
      }
      wait();
      return () => {
        callOff();
      };
    },
    [moment, clock, hasCome],
  );
  return useSyncExternalStore(subscribe, hasCome);
}
