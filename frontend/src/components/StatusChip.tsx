import type { Reservation } from '@/api/types';
import { Icon, type IconName } from '@/components/Icon';
import { t } from '@/i18n/language';

import './statusChip.css';

const ICONS = {
  confirmed: 'check',
  cancelled: 'close',
  lapsed: 'clock',
} as const satisfies Record<Reservation['status'], IconName>;

export function StatusChip({ status }: Pick<Reservation, 'status'>) {
  return (
    <span className="status-chip" data-status={status}>
      <Icon name={ICONS[status]} />
      {t(`reservations:${status}`)}
    </span>
  );
}
