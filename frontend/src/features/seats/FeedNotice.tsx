import { Icon } from '@/components/Icon';
import { assertNever } from '@/domain/assertNever';
import type { CloseReason, FeedState } from '@/domain/feed/feedState';
import { t } from '@/i18n/language';

import '@/components/notice.css';

/** Warns while the map may be outdated. Lies over the map, which must not move under a finger. */
export function FeedNotice({ feedState }: { readonly feedState: FeedState }) {
  const text = noticeFor(feedState);
  return (
    <div className="selector__connection">
      {text !== null && (
        <p className="notice notice--warn" role="status">
          <Icon name="alert" />
          <span>{text}</span>
        </p>
      )}
    </div>
  );
}

function noticeFor(feedState: FeedState): string | null {
  switch (feedState.name) {
    case 'connecting':
    case 'live':
    case 'checking':
    case 'polling':
    case 'paused':
      return null;
    case 'reconnecting':
      return t('seats:feed_reconnectingNote');
    case 'offline':
      return t('seats:feed_offlineNote');
    case 'closed':
      return closedNotice(feedState.reason);
    default:
      return assertNever(feedState);
  }
}

function closedNotice(reason: CloseReason): string | null {
  switch (reason) {
    case 'signInFirst':
      return t('seats:feed_signInFirst');
    case 'notForYou':
      return t('seats:feed_notForYou');
    case 'noSuchEvent':
      return t('seats:feed_noSuchEvent');
    case 'left':
      return null;
    default:
      return assertNever(reason);
  }
}
