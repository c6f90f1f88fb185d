import type { EventDetail } from '@/api/types';
import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import type { Sales } from '@/domain/sales';
import type { ServerClock } from '@/domain/serverClock';
import { useTimeLeft } from '@/hooks/useTimeLeft';
import { t } from '@/i18n/language';
import { formatDateTime, formatWait } from '@/i18n/time';

import '@/components/notice.css';

interface SalesNoticeProps {
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly clock: ServerClock;
}

export function SalesNotice({ event, sales, clock }: SalesNoticeProps) {
  if (sales === 'open') return null;
  if (event.cancelled_at !== null) {
    return (
      <p className="notice notice--bad">
        <Icon name="alert" />
        <span>{t('seats:sales_cancelled')}</span>
      </p>
    );
  }
  return (
    <p className="notice">
      <Icon name="clock" />
      <span>{sales === 'closed' ? t('seats:sales_closed') : upcoming(event, clock)}</span>
    </p>
  );
}

function upcoming(event: EventDetail, clock: ServerClock) {
  if (event.visibility === 'draft') return t('seats:sales_draft');
  if (event.sales_open_at === null) return t('seats:sales_notYet');
  return (
    <Trans
      i18nKey="seats:sales_openIn"
      parts={{
        when: (
          <time dateTime={event.sales_open_at}>
            {formatDateTime(event.sales_open_at, event.time_zone)}
          </time>
        ),
        wait: <Wait until={Date.parse(event.sales_open_at)} clock={clock} />,
      }}
    />
  );
}

function Wait({ until, clock }: { readonly until: number; readonly clock: ServerClock }) {
  return <b className="tabular">{formatWait(useTimeLeft(until, clock))}</b>;
}
