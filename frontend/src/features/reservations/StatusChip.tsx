import { Icon } from '@/components/Icon';
import type { Reservation } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';

import './statusChip.css';

export function StatusChip({ status }: Pick<Reservation, 'status'>) {
  const isCancelled = status === 'cancelled';
  return (
    <span className="status-chip" data-status={status}>
      <Icon name={isCancelled ? 'close' : 'check'} />
      {t(isCancelled ? 'reservations:cancelled' : 'reservations:confirmed')}
    </span>
  );
}
