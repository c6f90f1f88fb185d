import { Icon } from '@/components/Icon';
import { assertNever } from '@/lib/assertNever';
import type { CloseReason, FeedState } from '@/lib/feed/seatFeed';

/** Says so whenever the map may be behind the truth. */
export function FeedNotice({ feedState }: { readonly feedState: FeedState }) {
  const text = noticeFor(feedState);
  if (text === null) return null;
  return (
    <p className="notice notice--warn">
      <Icon name="alert" />
      <span>{text}</span>
    </p>
  );
}

function noticeFor(feedState: FeedState): string | null {
  switch (feedState.name) {
    case 'connecting':
    case 'live':
      return null;
    case 'reconnecting':
      return 'The live connection broke off. What you see may be a little old; we are reconnecting.';
    case 'offline':
      return 'You are offline. The map goes on by itself as soon as your connection is back.';
    case 'closed':
      return closedNotice(feedState.reason);
    default:
      return assertNever(feedState);
  }
}

function closedNotice(reason: CloseReason): string | null {
  switch (reason) {
    case 'signInFirst':
      return 'Sign in to see this event live.';
    case 'notForYou':
      return 'Live changes of this event are not open to you.';
    case 'noSuchEvent':
      return 'This event is not there any more.';
    case 'left':
      return null;
    default:
      return assertNever(reason);
  }
}
