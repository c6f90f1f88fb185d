import { dateHeaderClock } from '@/api/dateHeaderClock';
import { useTimeReached } from '@/hooks/useTimeReached';

/** Doors open before, and a long night ends after. */
const AROUND_MS = 18 * 3_600_000;

/** Whether a moment is close enough for tickets to it to be shown at the door now. */
export function useIsNearEvent(moment: number): boolean {
  const hasBegun = useTimeReached(moment - AROUND_MS, dateHeaderClock);
  const isOver = useTimeReached(moment + AROUND_MS, dateHeaderClock);
  return hasBegun && !isOver;
}
