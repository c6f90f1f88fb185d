import { useEffect, useState } from 'react';

import { pagePause } from '@/browser/pagePause';
import type { ServerClock } from '@/domain/serverClock';

const SECOND_MS = 1000;

/** Milliseconds until `deadline` by the server's clock, updated every second. */
export function useTimeLeft(deadline: number, clock: ServerClock): number {
  const [leftMs, setLeftMs] = useState(() => deadline - clock.now());
  useEffect(() => {
    let cancel = (): void => undefined;
    function tick() {
      const left = deadline - clock.now();
      setLeftMs(left);
      if (left > 0) cancel = pagePause.timers.after(left % SECOND_MS || SECOND_MS, tick);
    }
    tick();
    return () => {
      cancel();
    };
  }, [deadline, clock]);
  return leftMs;
}
