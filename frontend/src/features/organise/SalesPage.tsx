import { useMemo, useState } from 'react';
import { Link } from 'react-router';

import { dateHeaderClock } from '@/api/dateHeaderClock';
import type { EventSummary } from '@/api/types';
import { Message } from '@/components/Message';
import { EventPages } from '@/components/EventPages';
import { saleState } from '@/components/saleState';
import { OrganisersOnly } from '@/features/organise/OrganisersOnly';
import { useSales } from '@/hooks/useSales';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import { salePath } from '@/paths';
import '@/i18n/loadEventsMessages';
import '@/i18n/loadOrganiseMessages';

import './organise.css';

/** The sales that the user may watch. */
export function SalesPage() {
  return (
    <OrganisersOnly eventId={null}>
      <SaleList />
    </OrganisersOnly>
  );
}

function SaleList() {
  const [withPast, setWithPast] = useState(false);
  const choice = useMemo(() => (withPast ? {} : { upcoming: 'true' as const }), [withPast]);
  return (
    <div className="page">
      <title>{t('pageTitle', { page: t('organise:sales') })}</title>
      <h1 className="page__title">{t('organise:sales')}</h1>
      <label className="sales__past">
        <input
          type="checkbox"
          checked={withPast}
          onChange={({ target }) => {
            setWithPast(target.checked);
          }}
        />
        {t('organise:withPast')}
      </label>
      <EventPages
        choice={choice}
        className="sales"
        none={
          <Message title={t('organise:noSales')}>
            <p>{t('organise:noSales_note')}</p>
          </Message>
        }
      >
        {(event) => <Sale event={event} />}
      </EventPages>
    </div>
  );
}

function Sale({ event }: { readonly event: EventSummary }) {
  const { tag, tone, note } = saleState(event, useSales(event, dateHeaderClock));
  const { seats_total: total, seats_available: free } = event;
  return (
    <article className="sale">
      <div className="sale__what">
        <h2 className="sale__name">
          <Link to={salePath(event.id)}>{event.name}</Link>
        </h2>
        <p className="sale__facts">
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
          {event.venue}
        </p>
      </div>
      <div className="sale__state">
        <span className="sale__tag" data-tone={tone}>
          {tag}
        </span>
        {note !== null && <p className="sale__facts">{note}</p>}
      </div>
      {total > 0 && (
        <div className="sale__share">
          <p className="tabular">
            {t('organise:takenOf', {
              taken: formatNumber(total - free),
              total: formatNumber(total),
            })}
          </p>
          <svg
            className="sale__bar"
            viewBox="0 0 100 1"
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <rect width={(100 * (total - free)) / total} height="1" />
          </svg>
        </div>
      )}
    </article>
  );
}
