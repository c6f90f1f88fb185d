import { useCallback, useSyncExternalStore } from 'react';

import { pagePause } from '@/browser/pagePause';
import type { ServerClock } from '@/domain/serverClock';

/** Timers are limited to 2^31 ms, and the clock may be corrected meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/** Whether `moment` has passed by `clock`; false if it is null. */
export function useTimeReached(moment: number | null, clock: Pick<ServerClock, 'now'>): boolean {
  const hasCome = useCallback(() => moment !== null && clock.now() >= moment, [moment, clock]);
  const subscribe = useCallback(
    (onChange: () => void) => {
      let cancel = (): void => undefined;
      function wait() {
        if (moment === null || hasCome()) return;
        const waitMs = Math.min(Math.ceil(moment - clock.now()), LONGEST_WAIT_MS);
        cancel = pagePause.timers.after(waitMs, () => {
          onChange();
          wait();
        });
      }
      wait();
      return () => {
        cancel();
      };
    },
    [moment, clock, hasCome],
  );
  return useSyncExternalStore(subscribe, hasCome);
}
