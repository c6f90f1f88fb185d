import { Icon } from '@/components/Icon';
import { assertNever } from '@/lib/assertNever';
import type { FeedState } from '@/lib/feed/seatFeed';

interface LiveBadgeProps {
  readonly feedState: FeedState;
  readonly viewers: number | null;
}

export function LiveBadge({ feedState, viewers }: LiveBadgeProps) {
  return (
    <div className="live">
      <span className="live__state" data-feed={feedState.name}>
        <span className="live__dot" aria-hidden="true" />
        {stateInWords(feedState)}
      </span>
      {feedState.name === 'live' && viewers !== null && (
        <span className="live__viewers tabular">
          <Icon name="eye" />
          {viewers} <span className="live__watching">watching</span>
        </span>
      )}
    </div>
  );
}

function stateInWords(feedState: FeedState): string {
  switch (feedState.name) {
    case 'connecting':
      return 'Connecting…';
    case 'live':
      return 'Live';
    case 'reconnecting':
      return 'Reconnecting…';
    case 'offline':
      return 'Offline';
    case 'closed':
      return 'Not live';
    default:
      return assertNever(feedState);
  }
}
