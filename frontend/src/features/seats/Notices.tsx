import type { EventDetail } from '@/api/types';
import { SessionExpiredNotice } from '@/components/SessionExpiredNotice';
import { pickState } from '@/features/seats/pickBeforeSignIn';
import type { Sales } from '@/domain/sales';
import type { ServerClock } from '@/domain/serverClock';
import { SalesNotice } from '@/features/seats/SalesNotice';

interface NoticesProps {
  readonly event: EventDetail;
  readonly sales: Sales;
  readonly clock: ServerClock;
}

/** Notices about the session and the sale. */
export function Notices({ event, sales, clock }: NoticesProps) {
  return (
    <div className="selector__notices">
      <SessionExpiredNotice state={pickState()} />
      <SalesNotice event={event} sales={sales} clock={clock} />
    </div>
  );
}
