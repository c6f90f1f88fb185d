import { EndedNotice } from '@/components/EndedNotice';
import { FeedNotice } from '@/features/seats/FeedNotice';
import { SalesNotice } from '@/features/seats/SalesNotice';
import type { EventDetail } from '@/lib/api/types';
import type { ServerClock } from '@/lib/feed/clock';
import type { FeedState } from '@/lib/feed/feedState';
import type { Sales } from '@/lib/sales';

interface NoticesProps {
  readonly feedState: FeedState;
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly clock: ServerClock;
}

/** What keeps the person from buying, or the map from being true. */
export function Notices({ feedState, event, sales, clock }: NoticesProps) {
  return (
    <div className="selector__notices">
      <EndedNotice />
      <FeedNotice feedState={feedState} />
      <SalesNotice event={event} sales={sales} clock={clock} />
    </div>
  );
}
