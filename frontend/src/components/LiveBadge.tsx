import { Icon } from '@/components/Icon';
import { assertNever } from '@/domain/assertNever';
import type { FeedState } from '@/domain/feed/feedState';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

import './live.css';

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
          <span className="visually-hidden-when-narrow">
            {t('seats:watching', { count: viewers })}
          </span>
          <span className="live__count" aria-hidden="true">
            {formatNumber(viewers)}
          </span>
        </span>
      )}
    </div>
  );
}

function stateInWords(feedState: FeedState): string {
  switch (feedState.name) {
    case 'connecting':
      return t('seats:feed_connecting');
    case 'live':
      return t('seats:feed_live');
    case 'checking':
      return t('seats:feed_checking');
    case 'polling':
      return t('seats:feed_polling', { seconds: formatNumber(feedState.everyMs / 1000) });
    case 'reconnecting':
      return t('seats:feed_reconnecting');
    case 'offline':
      return t('seats:feed_offline');
    case 'paused':
      return t('app:paused');
    case 'closed':
      return t('seats:feed_closed');
    default:
      return assertNever(feedState);
  }
}
