import type { ServerClock } from '@/domain/serverClock';
import { useTimeLeft } from '@/hooks/useTimeLeft';
import { formatCountdown } from '@/i18n/time';

interface OwnTimeLeftProps {
  readonly until: number;
  readonly clock: ServerClock;
}

export function OwnTimeLeft({ until, clock }: OwnTimeLeftProps) {
  const leftMs = useTimeLeft(until, clock);
  return <span className="tabular">{formatCountdown(leftMs)}</span>;
}
