import type { ReactNode } from 'react';
import { Link } from 'react-router';

import type { EventDetail } from '@/api/types';
import { Icon } from '@/components/Icon';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { salePath } from '@/paths';

interface EventHeadProps {
  readonly event: EventDetail;
  readonly title: string;
  /** Default: the live sale. */
  readonly back?: { readonly path: string; readonly label: string };
  readonly children?: ReactNode;
}

/** The head of an organiser's page about an event, with the way back. */
export function EventHead({ event, title, back, children }: EventHeadProps) {
  const { path, label } = back ?? { path: salePath(event.id), label: t('organise:backToSale') };
  return (
    <header className="organise__head">
      <Link className="icon-button organise__back" to={path} aria-label={label}>
        <Icon name="back" />
      </Link>
      <div className="organise__what">
        <h1 className="organise__name">{title}</h1>
        <p className="organise__facts">
          {event.cancelled_at !== null && (
            <>
              <b className="organise__cancelled">{t('organise:cancelled')}</b> ·{' '}
            </>
          )}
          <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
          {event.venue}
        </p>
      </div>
      {children}
    </header>
  );
}
