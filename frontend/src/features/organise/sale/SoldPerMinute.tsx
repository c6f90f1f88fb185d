import { perMinute, type Sale } from '@/features/organise/sale/figures';
import { MinuteBars } from '@/features/organise/sale/MinuteBars';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

interface SoldPerMinuteProps {
  readonly sale: Sale;
  readonly now: number;
}

const MINUTES = 60;

export function SoldPerMinute({ sale, now }: SoldPerMinuteProps) {
  const counts = perMinute(sale.minutes, 'sold', MINUTES, now);
  const sum = counts.reduce((total, count) => total + count, 0);
  return (
    <section className="panel minute">
      <h2>{t('organise:perMinute')}</h2>
      <MinuteBars
        counts={counts}
        tone="good"
        label={(spoken) => t('organise:perMinuteLabel', { minutes: MINUTES, counts: spoken })}
      />
      <p className="panel__note tabular">
        {t('organise:soldInAnHour', { count: sum })}
        {sum > 0 && ` · ${t('organise:busiest', { count: formatNumber(Math.max(...counts)) })}`}
      </p>
    </section>
  );
}
