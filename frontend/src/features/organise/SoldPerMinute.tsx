import { formatClock } from '@/features/organise/formats';
import { lastMinutes, type SaleLog } from '@/features/organise/saleLog';
import { formatList, t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

interface SoldPerMinuteProps {
  readonly log: SaleLog;
  readonly now: number;
}

const MINUTES = 30;
const HEIGHT = 40;
/** Height of an empty minute's bar. */
const STUMP = 1.5;

export function SoldPerMinute({ log, now }: SoldPerMinuteProps) {
  const counts = lastMinutes(log, MINUTES, now);
  const most = Math.max(...counts);
  return (
    <section className="panel minute">
      <h2>{t('organise:perMinute')}</h2>
      <svg
        className="sparkline"
        viewBox={`0 0 ${MINUTES} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('organise:perMinuteLabel', {
          minutes: MINUTES,
          counts: formatList(counts.map(String)),
        })}
      >
        {counts.map((count, minute) => {
          const height = Math.max((count / Math.max(most, 1)) * HEIGHT, STUMP);
          return (
            <rect
              key={minute}
              data-sold={count > 0}
              x={minute + 0.12}
              y={HEIGHT - height}
              width="0.76"
              height={height}
            />
          );
        })}
      </svg>
      <p className="panel__note tabular">
        {t('organise:perMinuteHint', { count: log.sold, time: formatClock(log.since) })}
        {most > 0 && ` · ${t('organise:busiest', { count: formatNumber(most) })}`}
      </p>
    </section>
  );
}
