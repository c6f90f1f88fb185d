import { dateHeaderClock } from '@/api/dateHeaderClock';
import { useTimeReached } from '@/hooks/useTimeReached';

/** Covers early doors and long nights. */
const AROUND_MS = 18 * 3_600_000;

/** Whether `moment` is close enough for entry to that event. */
export function useIsNearEvent(moment: number): boolean {
  const hasBegun = useTimeReached(moment - AROUND_MS, dateHeaderClock);
  const isOver = useTimeReached(moment + AROUND_MS, dateHeaderClock);
  return hasBegun && !isOver;
}
