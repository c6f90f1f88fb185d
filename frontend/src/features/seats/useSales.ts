import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { EventDetail } from '@/lib/api/types';
import type { ServerClock } from '@/lib/feed/clock';
import { sleep } from '@/lib/page/sleep';
import { eventsQuery } from '@/lib/queries/events';
import { nextSalesChange, type Sales, salesAt } from '@/lib/sales';

/** Timers cannot wait longer than 2^31 ms, and a clock may be set right meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/** How sales stand now. They open and close by themselves when the time comes. */
export function useSales(event: EventDetail, clock: ServerClock): Sales {
  const queryClient = useQueryClient();
  const [now, setNow] = useState(() => clock.now());

  useEffect(() => {
    const change = nextSalesChange(event, now);
    if (change === null) return;
    const waitMs = Math.min(Math.max(change - clock.now(), 0), LONGEST_WAIT_MS);
    return sleep.timers.after(waitMs, () => {
      setNow(clock.now());
      if (clock.now() >= change) {
        void queryClient.invalidateQueries({ queryKey: eventsQuery.queryKey });
      }
    });
  }, [event, clock, now, queryClient]);

  return salesAt(event, now);
}
