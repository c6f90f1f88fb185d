import { useEffect, useState } from 'react';

import type { ServerClock } from '@/lib/feed/clock';

const SECOND_MS = 1000;

/** Milliseconds until `deadline` by the server's clock, told anew each time a second ends. */
export function useTimeLeft(deadline: number, clock: ServerClock): number {
  const [leftMs, setLeftMs] = useState(() => deadline - clock.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    function tick() {
      const left = deadline - clock.now();
      setLeftMs(left);
      if (left > 0) timer = setTimeout(tick, left % SECOND_MS || SECOND_MS);
    }
    tick();
    return () => {
      clearTimeout(timer);
    };
  }, [deadline, clock]);
  return leftMs;
}
