import { Suspense, useState } from 'react';
import { Link } from 'react-router';

import { pictureUrl } from '@/api/pictures';
import type { EventDetail } from '@/api/types';
import { Icon } from '@/components/Icon';
import { LiveBadge } from '@/components/LiveBadge';
import type { FeedState } from '@/domain/feed/feedState';
import { AboutDialog } from '@/features/seats/lazyComponents';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

interface SelectorHeadProps {
  readonly event: EventDetail;
  readonly feedState: FeedState;
  readonly viewers: number | null;
}

/** What is on, when and where, and how live the map is. */
export function SelectorHead({ event, feedState, viewers }: SelectorHeadProps) {
  const [isOpen, setOpen] = useState(false);
  const picture = pictureUrl(event, 'small');
  return (
    <div className="selector__head">
      <Link className="icon-button selector__back" to="/" aria-label={t('seats:allEvents')}>
        <Icon name="back" />
      </Link>
      {picture !== null && <img className="selector__picture" src={picture} alt="" />}
      <div className="selector__what">
        <h1 className="selector__name">{event.name}</h1>
        <p className="selector__facts">
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
          {event.venue}
        </p>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('seats:about')}
        onClick={() => {
          setOpen(true);
        }}
      >
        <Icon name="info" />
      </button>
      <LiveBadge feedState={feedState} viewers={viewers} />
      {isOpen && (
        <Suspense>
          <AboutDialog
            event={event}
            onClose={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
