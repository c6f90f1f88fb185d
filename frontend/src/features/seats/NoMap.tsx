import type { EventDetail } from '@/api/types';
import { Failure } from '@/components/Failure';
import { NoSeats } from '@/components/NoSeats';
import { Skeleton } from '@/components/Skeleton';

interface NoMapProps {
  readonly event: EventDetail;
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** Shown in place of the map while there are no seats to draw. */
export function NoMap({ event, error, onRetry }: NoMapProps) {
  if (error !== null) return <Failure error={error} onRetry={onRetry} />;
  return event.seats_total === 0 ? <NoSeats /> : <Skeleton shape="fill" />;
}
