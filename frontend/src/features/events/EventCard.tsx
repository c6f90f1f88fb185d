import { Link } from 'react-router';

import { dateHeaderClock } from '@/api/dateHeaderClock';
import { pictureUrl } from '@/api/pictures';
import type { EventSummary } from '@/api/types';
import { HallMiniature } from '@/components/HallMiniature';
import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import { saleState } from '@/components/saleState';
import { useSales } from '@/hooks/useSales';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import { eventPath } from '@/paths';
import { eventMiniatureQuery } from '@/queries/miniatures';

export function EventCard({ event }: { readonly event: EventSummary }) {
  const { tag, tone, note } = saleState(event, useSales(event, dateHeaderClock));
  const hasSeats = event.seats_total > 0;
  const picture = pictureUrl(event, 'small');
  return (
    <article className="event-card">
      <div className="event-card__hall" data-pictured={picture !== null}>
        {picture !== null && (
          <img className="event-card__picture" src={picture} alt="" loading="lazy" />
        )}
        {hasSeats && <HallMiniature query={eventMiniatureQuery(event.id)} />}
      </div>
      <div className="event-card__body">
        <h2 className="event-card__name">
          <Link to={eventPath(event.id)}>{event.name}</Link>
        </h2>
        <p className="event-card__tag" data-tone={tone}>
          {tag}
        </p>
        <p className="event-card__fact">
          <Icon name="pin" />
          {event.venue}
        </p>
        <p className="event-card__fact">
          <Icon name="calendar" />
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time>
        </p>
        {note !== null && (
          <p className="event-card__fact event-card__note">
            <Icon name="clock" />
            {note}
          </p>
        )}
        {hasSeats && event.cancelled_at === null && (
          <p className="event-card__figures">
            <span className="event-card__price">
              {t('events:from', { price: formatMoney(event.price_from, event.currency) })}
            </span>
            <span className="tabular">
              <Trans
                i18nKey="events:left"
                parts={{
                  free: <b>{formatNumber(event.seats_available)}</b>,
                  total: formatNumber(event.seats_total),
                }}
              />
            </span>
          </p>
        )}
      </div>
    </article>
  );
}
