import type { ServerClock } from '@/lib/feed/clock';
import { useTimeLeft } from '@/lib/hooks/useTimeLeft';
import { formatCountdown } from '@/lib/time';

interface OwnCountdownProps {
  readonly until: number;
  readonly clock: ServerClock;
}

export function OwnCountdown({ until, clock }: OwnCountdownProps) {
  const leftMs = useTimeLeft(until, clock);
  return (
    <text className="seat__countdown" aria-hidden="true">
      {formatCountdown(leftMs)}
    </text>
  );
}
