import type { ServerClock } from '@/lib/feed/clock';
import { useTimeLeft } from '@/lib/hooks/useTimeLeft';
import { formatCountdown } from '@/lib/time';

interface OwnTimeLeftProps {
  readonly until: number;
  readonly clock: ServerClock;
}

export function OwnTimeLeft({ until, clock }: OwnTimeLeftProps) {
  const leftMs = useTimeLeft(until, clock);
  return <span className="tabular">{formatCountdown(leftMs)}</span>;
}
