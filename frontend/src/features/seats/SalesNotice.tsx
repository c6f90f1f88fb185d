import { Icon } from '@/components/Icon';
import { Sentence } from '@/components/Sentence';
import type { EventDetail } from '@/lib/api/types';
import type { ServerClock } from '@/lib/feed/clock';
import { useTimeLeft } from '@/lib/hooks/useTimeLeft';
import { t } from '@/lib/i18n/language';
import type { Sales } from '@/lib/sales';
import { formatDateTime, formatWait } from '@/lib/time';

import '@/components/notice.css';

interface SalesNoticeProps {
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly clock: ServerClock;
}

export function SalesNotice({ event, sales, clock }: SalesNoticeProps) {
  if (sales === 'open') return null;
  return (
    <p className="notice">
      <Icon name="clock" />
      <span>{sales === 'closed' ? t('seats:sales_closed') : upcoming(event, clock)}</span>
    </p>
  );
}

function upcoming(event: EventDetail, clock: ServerClock) {
  if (event.sales_open_at === null) return t('seats:sales_notYet');
  return (
    <Sentence
      of="seats:sales_openIn"
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
