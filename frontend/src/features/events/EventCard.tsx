import { Link } from 'react-router';

import type { EventSummary } from '@/api/types';
import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import { assertNever } from '@/domain/assertNever';
import { EventCover } from '@/features/events/EventCover';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import { eventPath } from '@/paths';

const FEW_SEATS = 0.15;

export function EventCard({ event }: { readonly event: EventSummary }) {
  const soldShare = event.seats_total === 0 ? 0 : 1 - event.seats_available / event.seats_total;
  const sale = saleTag(event);
  return (
    <article className="event-card">
      <EventCover seed={event.id} soldShare={soldShare} />
      <span className="event-card__tag" data-tone={sale.tone}>
        {sale.text}
      </span>
      <div className="event-card__body">
        <h2 className="event-card__name">
          <Link to={eventPath(event.id)}>{event.name}</Link>
        </h2>
        <p className="event-card__fact">
          <Icon name="pin" />
          {event.venue}
        </p>
        <p className="event-card__fact">
          <Icon name="calendar" />
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time>
        </p>
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
      </div>
    </article>
  );
}

function saleTag(event: EventSummary): { text: string; tone: 'good' | 'warn' | 'plain' } {
  if (event.visibility === 'draft') return { text: t('events:draft'), tone: 'warn' };
  switch (event.sales) {
    case 'upcoming':
      return {
        text:
          event.sales_open_at === null
            ? t('events:notOnSaleYet')
            : t('events:onSaleFrom', {
                when: formatDateTime(event.sales_open_at, event.time_zone),
              }),
        tone: 'plain',
      };
    case 'closed':
      return { text: t('events:salesClosed'), tone: 'plain' };
    case 'open':
      if (event.seats_available === 0) return { text: t('events:soldOut'), tone: 'plain' };
      return event.seats_available < event.seats_total * FEW_SEATS
        ? { text: t('events:fewLeft'), tone: 'warn' }
        : { text: t('events:onSale'), tone: 'good' };
    default:
      return assertNever(event.sales);
  }
}
