import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'react-router';

import { dateHeaderClock } from '@/api/dateHeaderClock';
import type { EventSummary, Me, Organisation } from '@/api/types';
import { EventPages } from '@/components/EventPages';
import { saleState } from '@/components/saleState';
import { hasPermissionIn, mayWatchSale } from '@/domain/permissions';
import { useSales } from '@/hooks/useSales';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import { eventPath, eventSettingsPath, salePath } from '@/paths';

interface SaleListProps {
  readonly me: Me;
  readonly organisations: readonly Organisation[];
  /** Shown if there are no events. */
  readonly none: ReactNode;
}

/** The events that the user helps to organise, with how much of each is taken. */
export function SaleList({ me, organisations, none }: SaleListProps) {
  const [withPast, setWithPast] = useState(false);
  const choice = useMemo(
    () => ({ managed: 'true' as const, ...(!withPast && { upcoming: 'true' as const }) }),
    [withPast],
  );
  const names = useMemo(
    () => new Map(organisations.map(({ id, name }) => [id, name])),
    [organisations],
  );
  return (
    <>
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
      <EventPages choice={choice} className="sales" none={none}>
        {(event) => (
          <Sale
            event={event}
            path={pathOf(me, event)}
            organiser={names.size > 1 ? (names.get(event.organisation ?? 0) ?? null) : null}
          />
        )}
      </EventPages>
    </>
  );
}

/** A draft has no sale to watch yet: it leads to its settings. */
function pathOf(me: Me, event: EventSummary): string {
  const { id, organisation, visibility } = event;
  if (visibility === 'draft' && hasPermissionIn(me, 'reservations.change_event', organisation)) {
    return eventSettingsPath(id);
  }
  return mayWatchSale(me, event) ? salePath(id) : eventPath(id);
}

interface SaleProps {
  readonly event: EventSummary;
  /** Where its name leads. */
  readonly path: string;
  /** The organisation's name; null if there is only one. */
  readonly organiser: string | null;
}

function Sale({ event, path, organiser }: SaleProps) {
  const { tag, tone, note } = saleState(event, useSales(event, dateHeaderClock));
  const { seats_total: total, seats_available: free } = event;
  return (
    <article className="sale">
      <div className="sale__what">
        <h2 className="sale__name">
          <Link to={path}>{event.name}</Link>
        </h2>
        <p className="sale__facts">
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
          {event.venue}
        </p>
        {organiser !== null && <p className="sale__facts">{organiser}</p>}
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
