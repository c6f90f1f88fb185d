import { formatMoment, formatShortMoment } from '@/features/organise/formats';
import type { Sale } from '@/features/organise/sale/figures';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';

interface CourseProps {
  readonly sale: Sale;
  readonly now: number;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

const [WIDTH, HEIGHT] = [100, 40];

/** Occupancy and revenue in the course of the sale, as two charts and a table. */
export function Course({ sale, now }: CourseProps) {
  const { course, currency, time_zone: zone } = sale;
  const first = course[0];
  const last = course.at(-1);
  return (
    <section className="panel course">
      <h2>{t('organise:course')}</h2>
      {first === undefined || last === undefined ? (
        <p className="panel__note">{t('organise:courseNone')}</p>
      ) : (
        <>
          <div className="course__charts">
            <Chart
              name={t('organise:courseTickets')}
              value={formatNumber(last.tickets)}
              points={course.map(({ at, tickets }) => ({ at, value: tickets }))}
              now={now}
            />
            <Chart
              name={t('organise:courseRevenue')}
              value={formatMoney(last.revenue, currency)}
              points={course.map(({ at, revenue }) => ({ at, value: Number(revenue) }))}
              now={now}
            />
          </div>
          <p className="course__axis panel__note tabular">
            <span>{formatMoment(first.at, zone)}</span>
            <span>{formatMoment(now, zone)}</span>
          </p>
          <details className="course__table">
            <summary>{t('organise:asTable')}</summary>
            <table aria-label={t('organise:course')}>
              <thead>
                <tr>
                  <th scope="col">{t('organise:courseUntil', { zone })}</th>
                  <th scope="col">{t('organise:courseTickets')}</th>
                  <th scope="col">{t('organise:courseRevenue')}</th>
                </tr>
              </thead>
              <tbody className="tabular">
                {course.map(({ at, tickets, revenue }) => (
                  <tr key={at}>
                    <th scope="row">{formatShortMoment(Math.min(at, now), zone)}</th>
                    <td>{formatNumber(tickets)}</td>
                    <td>{formatMoney(revenue, currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </section>
  );
}

interface ChartProps {
  readonly name: string;
  /** The last value, in words. */
  readonly value: string;
  readonly points: readonly Point[];
  readonly now: number;
}

function Chart({ name, value, points, now }: ChartProps) {
  return (
    <figure className="course__chart">
      <figcaption>
        {name} <b className="tabular">{value}</b>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('organise:courseLabel', { name, value })}
      >
        <path className="course__area" d={areaOf(points, now)} />
      </svg>
    </figure>
  );
}

/** An area under steps: a value holds until the next point. */
function areaOf(points: readonly Point[], now: number): string {
  const start = points[0]?.at ?? now;
  const most = Math.max(...points.map(({ value }) => value), 1);
  const x = (at: number) => ((Math.min(at, now) - start) / Math.max(now - start, 1)) * WIDTH;
  const y = (value: number) => HEIGHT - (Math.max(value, 0) / most) * (HEIGHT - 1);
  const steps = points.map(({ at, value }) => `H${x(at).toFixed(2)}V${y(value).toFixed(2)}`);
  return `M0 ${HEIGHT}${steps.join('')}H${WIDTH}V${HEIGHT}Z`;
}
