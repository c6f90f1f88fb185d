import type { EventDetail } from '@/api/types';
import { grouped } from '@/domain/grouped';
import type { Ticket } from '@/domain/tickets';
import { t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';

interface SubtotalsProps {
  readonly event: EventDetail;
  readonly tickets: readonly Ticket[];
}

/** Total by category, if there are several. */
export function Subtotals({ event, tickets }: SubtotalsProps) {
  const parts = grouped(tickets, ({ facts }) => facts.categoryId);
  if (parts.size < 2) return null;
  return (
    <dl className="subtotals">
      {[...parts].map(([categoryId, some]) => (
        <div key={categoryId} className="subtotals__one">
          <dt>
            {t('choosing:subtotal', {
              count: some.length,
              category:
                event.categories.find(({ id }) => id === categoryId)?.name ??
                t('choosing:subtotal_noCategory'),
            })}
          </dt>
          <dd className="tabular">
            {formatMoney(sumAmounts(some.map(({ price }) => price)), event.currency)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
