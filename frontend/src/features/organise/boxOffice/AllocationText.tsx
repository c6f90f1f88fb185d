import type { Allocation } from '@/api/types';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

interface AllocationTextProps {
  readonly allocation: Allocation;
  readonly zone: string;
}

/** What seats are kept for, until when and by whom. */
export function AllocationText({ allocation, zone }: AllocationTextProps) {
  const { kind, label, until, created_by: name } = allocation;
  return (
    <p className="allocation">
      <b>{label}</b>
      <small>
        {t(`boxOffice:kind_${kind}`)},{' '}
        {until === null
          ? t('boxOffice:keptForGood')
          : t('boxOffice:keptUntil', { time: formatDateTime(until, zone) })}
        {name !== '' && <>, {t('boxOffice:keptBy', { name })}</>}
      </small>
    </p>
  );
}
