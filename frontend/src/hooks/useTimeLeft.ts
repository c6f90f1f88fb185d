import { useEffect, useState } from 'react';

import { sleep } from '@/browser/sleep';
import type { ServerClock } from '@/domain/feed/clock';

const SECOND_MS = 1000;

/** Milliseconds until `deadline` by the server's clock, told anew each time a second ends. */
export function useTimeLeft(deadline: number, clock: ServerClock): number {
  const [leftMs, setLeftMs] = useState(() => deadline - clock.now());
  useEffect(() => {
    let callOff = (): void => undefined;
    function tick() {
      const left = deadline - clock.now();
      setLeftMs(left);
      if (left > 0) callOff = sleep.timers.after(left % SECOND_MS || SECOND_MS, tick);
    }
    tick();
    return () => {
      callOff();
    };
  }, [deadline, clock]);
  return leftMs;
}
