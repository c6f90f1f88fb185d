import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { EventSummary } from '@/api/types';
import { pagePause } from '@/browser/pagePause';
import { nextSalesChange, type Sales, salesAt } from '@/domain/sales';
import type { ServerClock } from '@/domain/serverClock';
import { EVENTS_KEY } from '@/queries/events';

/** Timers are limited to 2^31 ms, and the clock may be corrected meanwhile. */
const LONGEST_WAIT_MS = 60_000;
/** How often to check whether the server's time is known. */
const UNSET_WAIT_MS = 1_000;

/**
 * The current sales status. It changes at the set times by the server's clock; until that is known,
 * the server's value applies.
 */
export function useSales(event: EventSummary, clock: ServerClock): Sales {
  const queryClient = useQueryClient();
  const [now, setNow] = useState(() => readClock(clock));

  useEffect(() => {
    let cancel = (): void => undefined;
    function scheduleCheck(at: number | null) {
      const change = at === null ? null : nextSalesChange(event, at);
      if (at !== null && change === null) return;
      const waitMs = change === null ? UNSET_WAIT_MS : Math.max(change - clock.now(), 0);
      cancel = pagePause.timers.after(Math.min(waitMs, LONGEST_WAIT_MS), () => {
        const then = readClock(clock);
        setNow(then);
        if (then !== null && change !== null && then >= change) {
          void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
        }
        scheduleCheck(then);
      });
    }
    scheduleCheck(readClock(clock));
    return () => {
      cancel();
    };
  }, [event, clock, queryClient]);

  return now === null ? event.sales : salesAt(event, now);
}

function readClock(clock: ServerClock): number | null {
  return clock.isSet() ? clock.now() : null;
}
