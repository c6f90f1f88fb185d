import { formatShare } from '@/features/organise/formats';
import {
  bookedShare,
  endOfMinute,
  perMinute,
  type Sale,
  sumMinutes,
} from '@/features/organise/sale/figures';
import { MinuteBars } from '@/features/organise/sale/MinuteBars';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

interface HoldsProps {
  readonly sale: Sale;
  readonly now: number;
}

const SHORT_MINUTES = 5;
const MINUTES = 60;
const STEPS = ['begun', 'reserved', 'expired', 'released'] as const;

/** What became of the seats that buyers held, and how many clicks were refused. */
export function Holds({ sale, now }: HoldsProps) {
  const until = endOfMinute(now);
  const conflicts = perMinute(sale.minutes, 'conflicts', MINUTES, now);
  const hour = sumMinutes(sale.minutes, MINUTES, until);
  const spans = [sumMinutes(sale.minutes, SHORT_MINUTES, until), hour, sale.holds];
  return (
    <section className="panel holds">
      <h2 id="holds">{t('organise:holds')}</h2>
      <table aria-labelledby="holds">
        <thead>
          <tr>
            <th scope="col">{t('organise:holdsInSeats')}</th>
            <th scope="col">{t('organise:lastMinutes', { count: SHORT_MINUTES })}</th>
            <th scope="col">{t('organise:lastMinutes', { count: MINUTES })}</th>
            <th scope="col">{t('organise:wholeSale')}</th>
          </tr>
        </thead>
        <tbody className="tabular">
          {STEPS.map((step) => (
            <tr key={step}>
              <th scope="row">{t(`organise:${step}`)}</th>
              {spans.map((holds, place) => (
                <td key={place}>{formatNumber(holds[step])}</td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">{t('organise:bookedShare')}</th>
            {spans.map((holds, place) => (
              <td key={place}>{shareText(holds)}</td>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="panel__note">
        {t('organise:holdsHint')}
        {sale.kept_since > 0 && ` ${t('organise:holdsPruned')}`}
      </p>
      <h3>{t('organise:conflicts')}</h3>
      <MinuteBars
        counts={conflicts}
        tone="warn"
        label={(spoken) => t('organise:conflictsLabel', { minutes: MINUTES, counts: spoken })}
      />
      <p className="panel__note tabular">
        {t('organise:conflictsHint', {
          count: hour.conflicts,
          now: formatNumber(conflicts.at(-1) ?? 0),
        })}
      </p>
    </section>
  );
}

function shareText(holds: Parameters<typeof bookedShare>[0]): string {
  const share = bookedShare(holds);
  return share === null ? '–' : formatShare(share);
}
