import type { EventDetail } from '@/api/types';
import { SessionExpiredNotice } from '@/components/SessionExpiredNotice';
import type { FeedState } from '@/domain/feed/feedState';
import type { Sales } from '@/domain/sales';
import type { ServerClock } from '@/domain/serverClock';
import { FeedNotice } from '@/features/seats/FeedNotice';
import { SalesNotice } from '@/features/seats/SalesNotice';

interface NoticesProps {
  readonly feedState: FeedState;
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly clock: ServerClock;
}

/** Notices about the session, the connection and the sale. */
export function Notices({ feedState, event, sales, clock }: NoticesProps) {
  return (
    <div className="selector__notices">
      <SessionExpiredNotice />
      <FeedNotice feedState={feedState} />
      <SalesNotice event={event} sales={sales} clock={clock} />
    </div>
  );
}
