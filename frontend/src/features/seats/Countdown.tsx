import type { ServerClock } from '@/domain/serverClock';
import { useTimeLeft } from '@/hooks/useTimeLeft';
import { formatCountdown } from '@/i18n/time';

interface CountdownProps {
  readonly until: number;
  readonly clock: ServerClock;
}

export function Countdown({ until, clock }: CountdownProps) {
  const leftMs = useTimeLeft(until, clock);
  return <span className="tabular">{formatCountdown(leftMs)}</span>;
}
