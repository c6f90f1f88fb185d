import type { AllocatedSeats } from '@/api/types';
import { Button } from '@/components/Button';
import { AllocationText } from '@/features/organise/boxOffice/AllocationText';
import { t } from '@/i18n/language';

interface KeptSeatsProps {
  readonly allocations: readonly AllocatedSeats[];
  readonly zone: string;
  readonly onSelect: (ids: readonly number[]) => void;
}

/** What seats are kept for; a button selects them. */
export function KeptSeats({ allocations, zone, onSelect }: KeptSeatsProps) {
  return (
    <section className="box-office__kept" aria-labelledby="box-office-kept">
      <h3 id="box-office-kept">{t('boxOffice:keptSeats')}</h3>
      {allocations.length === 0 && <p className="panel__note">{t('boxOffice:keptNone')}</p>}
      <ul>
        {allocations.map((allocation) => {
          const { id, label, seat_ids: ids } = allocation;
          return (
            <li key={id}>
              <AllocationText allocation={allocation} zone={zone} />
              <Button
                aria-label={`${t('boxOffice:keptSelect')}: ${label}`}
                onClick={() => {
                  onSelect(ids);
                }}
              >
                {t('boxOffice:keptCount', { count: ids.length })}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
